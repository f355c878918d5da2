internal import Pickle

/// Python's `marshal` format, as in its compiled files.
enum MarshalFormat: PlainFormat {
    static let id = SerializerID.marshal

    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8] {
        var writer = MarshalWriter()
        try writer.write(value)
        return writer.bytes
    }

    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue {
        var reader = MarshalReader(bytes)
        return try reader.value()
    }

    /// The call with its arguments in a list, as Pyro4 writes it in this format.
    static func plain(_ call: WireCall) -> PythonValue {
        .tuple([.str(call.object), .str(call.method), .list(call.arguments.positional), call.keywords])
    }
}

/// The type code of a value.
enum MarshalType: Unicode.Scalar {
    case none = "N"
    case yes = "T"
    case no = "F"
    case int32 = "i"
    /// An integer in digits of 15 bits. Their count has the number's sign.
    case long = "l"
    case float = "g"
    case complex = "y"
    case bytes = "s"
    case interned = "t"
    case unicode = "u"
    case ascii = "a"
    case asciiInterned = "A"
    case shortASCII = "z"
    case shortASCIIInterned = "Z"
    case tuple = "("
    case smallTuple = ")"
    case list = "["
    case dictionary = "{"
    /// The end of a dictionary, in place of a key.
    case end = "0"
    case set = "<"
    case frozenset = ">"
    /// An earlier marked value, by its number.
    case reference = "r"

    /// The bit that marks a value to which references are possible.
    static let mark: UInt8 = 0x80
}

/// A reader of version 4 of the format, with references to earlier values.
struct MarshalReader {
    private var data: ByteCursor
    private var budget: ValueBudget
    private var marked: [Marked?] = []

    /// A value to which references are possible, with the number of values in it.
    private struct Marked {
        let value: PythonValue
        let weight: Int
    }

    init(_ bytes: ArraySlice<UInt8>, _ budget: ValueBudget = ValueBudget()) {
        data = ByteCursor(bytes)
        self.budget = budget
    }

    mutating func value() throws(SerializerError) -> PythonValue {
        guard let value = try valueOrEnd() else { throw .malformed("bad marshal data (null object)") }
        return value
    }

    /// Reads a value, or nil for the end of a dictionary.
    private mutating func valueOrEnd() throws(SerializerError) -> PythonValue? {
        let byte = try data.next()
        guard let type = MarshalType(rawValue: Unicode.Scalar(byte & ~MarshalType.mark)) else {
            throw .malformed("bad marshal data (unknown type code)")
        }
        let before = budget
        try budget.spend()
        switch type {
        case .none: return PythonValue.none
        case .yes: return .bool(true)
        case .no: return .bool(false)
        case .end: return nil
        case .reference: return try reference()
        default: break
        }
        guard byte & MarshalType.mark != 0 else { return try content(type) }
        // Values are numbered in the order of their beginnings. A reference to a value before its end is refused.
        let place = marked.count
        marked.append(nil)
        let value = try content(type)
        marked[place] = Marked(value: value, weight: budget.spent(since: before))
        return value
    }

    private mutating func reference() throws(SerializerError) -> PythonValue {
        let place: UInt32 = try data.littleEndian()
        guard place < marked.count, let target = marked[Int(place)] else {
            throw .malformed("bad marshal data (invalid reference)")
        }
        try budget.spend(target.weight)
        return target.value
    }

    private mutating func content(_ type: MarshalType) throws(SerializerError) -> PythonValue {
        switch type {
        case .int32: .int(Int(try data.littleEndian(Int32.self)))
        case .long: try long()
        case .float: .float(try float())
        case .complex: .complex(real: try float(), imaginary: try float())
        case .bytes: .bytes(Bytes(try bytes(count())))
        case .unicode, .interned: .str(try String(utf8: bytes(count())))
        case .ascii, .asciiInterned: .str(try ascii(count()))
        case .shortASCII, .shortASCIIInterned: .str(try ascii(Int(data.next())))
        default: try collection(type)
        }
    }

    private mutating func collection(_ type: MarshalType) throws(SerializerError) -> PythonValue {
        try budget.open()
        defer { budget.close() }
        return switch type {
        case .tuple: .tuple(try items(count()))
        case .smallTuple: .tuple(try items(Int(data.next())))
        case .list: .list(try items(count()))
        case .set: .set(try PythonValue.members(items(count())))
        case .frozenset: .frozenset(try PythonValue.members(items(count())))
        case .dictionary: .dict(try dictionary())
        default: throw .malformed("bad marshal data (unexpected type code)")
        }
    }

    /// Reads a count.
    ///
    /// A negative one, read as unsigned, exceeds the number of remaining bytes.
    private mutating func count() throws(SerializerError) -> Int { try data.itemCount(data.littleEndian(UInt32.self)) }

    private mutating func items(_ count: Int) throws(SerializerError) -> [PythonValue] {
        var items: [PythonValue] = []
        for _ in 0..<(try data.itemCount(count)) { items.append(try value()) }
        return items
    }

    private mutating func dictionary() throws(SerializerError) -> PythonDictionary {
        var dictionary = PythonDictionary()
        while let key = try valueOrEnd() { try dictionary.insert(value(), for: key) }
        return dictionary
    }

    /// Takes bytes.
    ///
    /// Long ones count as several values, because references can have them hashed again.
    private mutating func bytes(_ count: Int) throws(SerializerError) -> ArraySlice<UInt8> {
        try budget.spend(count / 64)
        return try data.take(count)
    }

    private mutating func float() throws(SerializerError) -> Double { Double(bitPattern: try data.littleEndian()) }

    private mutating func ascii(_ count: Int) throws(SerializerError) -> String {
        let bytes = try bytes(count)
        guard bytes.allSatisfy({ $0 < 0x80 }) else { throw .malformed("bad marshal data (text is not ASCII)") }
        return try String(utf8: bytes)
    }

    private mutating func long() throws(SerializerError) -> PythonValue {
        let count: Int32 = try data.littleEndian()
        var digits = ByteCursor(try bytes(Int(count.magnitude) * 2))
        var values: [UInt16] = []
        while !digits.isAtEnd { values.append(try digits.littleEndian()) }
        return try .integer(marshalDigits: values, isNegative: count < 0)
    }
}

/// A writer of the forms that every version of Python reads.
struct MarshalWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: PythonValue) throws(SerializerError) {
        switch value {
        case .none: append(.none)
        case .bool(let isTrue): append(isTrue ? .yes : .no)
        case .int(let number): write(number)
        case .bigInt(let number): write(number)
        case .float(let number): write(.float, [number])
        case .complex(let real, let imaginary): write(.complex, [real, imaginary])
        case .str(let text): try write(.unicode, text.utf8)
        case .bytes(let data), .bytearray(let data): try write(.bytes, data.array)
        case .list(let items): try write(.list, items)
        case .tuple(let items): try write(.tuple, items)
        case .set(let items): try write(.set, items)
        case .frozenset(let items): try write(.frozenset, items)
        case .dict(let dictionary): try write(dictionary)
        default: throw .unwritable(value, in: .marshal)
        }
    }

    private mutating func append(_ type: MarshalType) { bytes.append(UInt8(ascii: type.rawValue)) }

    private mutating func append(_ number: some FixedWidthInteger) {
        bytes += stride(from: 0, to: number.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    private mutating func append(count: Int) throws(SerializerError) {
        guard let count = Int32(exactly: count) else { throw .unwritable("the value is too large for marshal") }
        append(count)
    }

    private mutating func write(_ number: Int) {
        if let number = Int32(exactly: number) {
            append(.int32)
            append(number)
        } else {
            write(BigInteger(number))
        }
    }

    private mutating func write(_ number: BigInteger) {
        let digits = number.marshalDigits
        append(.long)
        append(Int32(digits.count) * (number.isNegative ? -1 : 1))
        for digit in digits { append(digit) }
    }

    private mutating func write(_ type: MarshalType, _ numbers: [Double]) {
        append(type)
        for number in numbers { append(number.bitPattern) }
    }

    private mutating func write(_ type: MarshalType, _ data: some Collection<UInt8>) throws(SerializerError) {
        append(type)
        try append(count: data.count)
        bytes += data
    }

    private mutating func write(_ type: MarshalType, _ items: [PythonValue]) throws(SerializerError) {
        append(type)
        try append(count: items.count)
        for item in items { try write(item) }
    }

    private mutating func write(_ dictionary: PythonDictionary) throws(SerializerError) {
        append(.dictionary)
        for (key, value) in dictionary.pairs {
            try write(key)
            try write(value)
        }
        append(.end)
    }
}

extension BigInteger {
    /// The magnitude in digits of 15 bits, least significant first.
    var marshalDigits: [UInt16] {
        var digits: [UInt16] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for byte in amount {
            bits |= UInt32(byte) << count
            count += 8
            if count >= 15 {
                digits.append(UInt16(bits & 0x7FFF))
                bits >>= 15
                count -= 15
            }
        }
        digits.append(UInt16(bits))
        while digits.last == 0 { digits.removeLast() }
        return digits
    }
}

extension PythonValue {
    private static let maximumByteCount = 1024

    /// An integer from digits of 15 bits, least significant first.
    static func integer(marshalDigits digits: [UInt16], isNegative: Bool) throws(SerializerError) -> PythonValue {
        guard digits.count * 15 <= maximumByteCount * 8 else { throw .malformed("an integer is too long") }
        guard digits.last != 0 else { throw .malformed("bad marshal data (unnormalized long data)") }
        var bytes: [UInt8] = []
        var (bits, count): (UInt32, Int) = (0, 0)
        for digit in digits {
            guard digit < 0x8000 else { throw .malformed("bad marshal data (digit out of range in long)") }
            bits |= UInt32(digit) << count
            count += 15
            while count >= 8 {
                bytes.append(UInt8(truncatingIfNeeded: bits))
                bits >>= 8
                count -= 8
            }
        }
        return .integer(amount: bytes + [UInt8(bits)], isNegative: isNegative)
    }
}
