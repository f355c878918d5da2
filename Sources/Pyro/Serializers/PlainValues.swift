internal import Pickle

/// A converter of values into those that every plain format has: numbers, texts, bytes and collections.
struct PlainValues<Format: PlainFormat> {
    private var budget = ValueBudget()

    mutating func plain(_ value: PythonValue) throws(SerializerError) -> PythonValue {
        try budget.spend()
        switch value {
        case .none, .bool, .int, .bigInt, .float, .complex, .str, .bytes, .bytearray: return value
        case .enumMember(_, let number): return .int(number)
        case .decimal(let text), .uuid(let text): return .str(text)
        case .date(let date): return try Format.plain(date)
        case .scalar(let array): return try number(in: array)
        case .list, .tuple, .namedTuple, .set, .frozenset, .dict, .exception, .failedCall, .uri, .proxy:
            try budget.open()
            defer { budget.close() }
            return try collection(value)
        case .array: throw .unwritable("numpy arrays need the pickle serializer: \(Format.id.name) cannot carry them")
        case .reference(let id): throw .unwritable("the object \(id) can be sent only as a proxy")
        case .dtype, .range, .notImplemented, .opaque: throw refusal(value)
        }
    }

    private mutating func collection(_ value: PythonValue) throws(SerializerError) -> PythonValue {
        switch value {
        case .list(let items): .list(try plain(items))
        case .tuple(let items), .namedTuple(_, let items): .tuple(try plain(items))
        case .set(let items): .set(try plain(items))
        case .frozenset(let items): .frozenset(try plain(items))
        case .dict(let dictionary): .dict(try plain(dictionary))
        case .exception(let error): .dict(try plain(ClassDictionary.of(error)))
        case .failedCall(let error): .dict(try plain(ClassDictionary.of(failedCall: error)))
        case .uri(let uri): .dict(try plain(ClassDictionary.of(uri)))
        case .proxy(let proxy): .dict(try plain(ClassDictionary.of(proxy)))
        default: throw refusal(value)
        }
    }

    private mutating func plain(_ items: [PythonValue]) throws(SerializerError) -> [PythonValue] {
        var result: [PythonValue] = []
        result.reserveCapacity(items.count)
        for item in items { result.append(try plain(item)) }
        return result
    }

    private mutating func plain(_ dictionary: PythonDictionary) throws(SerializerError) -> PythonDictionary {
        var result = PythonDictionary()
        for (key, value) in dictionary.pairs { result[try plain(key)] = try plain(value) }
        return result
    }

    private func number(in array: NDArray) throws(SerializerError) -> PythonValue {
        guard let number = array.number else { throw refusal(.scalar(array)) }
        return number
    }

    private func refusal(_ value: PythonValue) -> SerializerError { .unwritable(value, in: Format.id) }
}

extension PythonDictionary {
    /// Inserts a pair from the wire, if the key is hashable in Python.
    mutating func insert(_ value: PythonValue, for key: PythonValue) throws(SerializerError) {
        try key.checkHashable()
        self[key] = value
    }
}

extension PythonValue {
    /// The members of a set from the wire, without repetitions.
    static func members(_ items: [PythonValue]) throws(SerializerError) -> [PythonValue] {
        for item in items { try item.checkHashable() }
        return DictionaryKey.distinct(items)
    }

    /// Refuses a value that cannot be a key.
    fileprivate func checkHashable() throws(SerializerError) {
        switch self {
        case .list, .dict, .set, .bytearray: throw .malformed("unhashable type: '\(typeName)'")
        case .tuple(let items): for item in items { try item.checkHashable() }
        // NaN does not even equal itself, so a dictionary with many NaN keys would take hours to build.
        case .float(let number) where number.isNaN: throw .malformed("nan cannot be a key")
        case .complex(let real, let imaginary) where real.isNaN || imaginary.isNaN:
            throw .malformed("nan cannot be a key")
        default: break
        }
    }
}

extension Double {
    /// The number as Python's `repr` writes it: the shortest distinct digits, `inf` or `nan`.
    var pythonText: String {
        guard isFinite else { return isNaN ? "nan" : self < 0 ? "-inf" : "inf" }
        return (sign == .minus ? "-" : "") + Decimal(magnitude).text
    }

    /// A number as its significant digits and the position of the decimal point among them.
    private struct Decimal {
        private var digits: Substring
        private var point: Int

        init(_ number: Double) {
            // Swift finds the same digits as Python, but uses an exponent for other numbers.
            let parts = number.description.split(separator: "e")
            let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
            let digits = mantissa.joined()[...]
            let significant = digits.drop { $0 == "0" }
            point = mantissa[0].count + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
            point -= digits.count - significant.count
            self.digits = significant
            while self.digits.last == "0" { self.digits.removeLast() }
        }

        var text: String {
            if digits.isEmpty { return "0.0" }
            return (-3...16).contains(point) ? positional : exponential
        }

        private var positional: String {
            if point <= 0 { return "0." + zeros(-point) + digits }
            if point >= digits.count { return digits + zeros(point - digits.count) + ".0" }
            return digits.prefix(point) + "." + digits.dropFirst(point)
        }

        private var exponential: String {
            let fraction = digits.dropFirst()
            let exponent = point - 1
            let size = String(exponent.magnitude)
            return digits.prefix(1) + (fraction.isEmpty ? "" : ".") + fraction + "e" + (exponent < 0 ? "-" : "+")
                + zeros(2 - size.count) + size
        }

        private func zeros(_ count: Int) -> String { String(repeating: "0", count: max(0, count)) }
    }
}

extension Double {
    /// Reads a number.
    ///
    /// One that is too large is infinite, as in Python.
    init(text: some Sequence<UInt8>) throws(SerializerError) {
        let text = try String(utf8: text)
        guard text.utf8.count <= 4096, let number = Double(text) else { throw .malformed("invalid number") }
        self = number
    }
}

extension NDArray {
    /// The only element of an array as a number.
    var number: PythonValue? {
        guard count == 1 else { return nil }
        let bytes = data.array
        switch dtype.kind {
        case .bool: return .bool(bytes != [0])
        case .signed: return .integer(BigInteger(bytes: bytes))
        case .unsigned: return .integer(amount: bytes, isNegative: false)
        case .float: return .float(Self.float(bytes[...]))
        case .complex:
            let half = bytes.count / 2
            return .complex(real: Self.float(bytes.prefix(half)), imaginary: Self.float(bytes.suffix(half)))
        }
    }

    private static func float(_ bytes: ArraySlice<UInt8>) -> Double {
        let pattern = bytes.reversed().reduce(0 as UInt64) { $0 << 8 | UInt64($1) }
        return switch bytes.count {
        case 2: Double(Float16(bitPattern: UInt16(truncatingIfNeeded: pattern)))
        case 4: Double(Float(bitPattern: UInt32(truncatingIfNeeded: pattern)))
        default: Double(bitPattern: pattern)
        }
    }
}

extension PythonValue {
    /// The number of digits in 1024 bytes.
    ///
    /// The work to read digits grows with the square of their number.
    private static let maximumDigitCount = 2466

    /// An integer from decimal digits.
    static func integer(_ digits: some Collection<UInt8>, isNegative: Bool) throws(SerializerError) -> PythonValue {
        let text = try (isNegative ? "-" : "") + String(utf8: digits)
        if let number = Int(text) { return .int(number) }
        guard digits.count <= maximumDigitCount else { throw .malformed("an integer has too many digits") }
        guard let number = BigInteger(decimal: text) else {
            throw .malformed("an integer has characters other than digits")
        }
        return .bigInt(number)
    }

    /// An integer from the bytes of its magnitude, least significant first.
    static func integer(amount: [UInt8], isNegative: Bool) -> PythonValue {
        let bytes = amount + [0]
        return integer(BigInteger(bytes: isNegative ? bytes.negated : bytes))
    }

    /// The number, as ``int(_:)`` if it fits into 64 bits.
    static func integer(_ number: BigInteger) -> PythonValue {
        guard number.bytes.count <= 8 else { return .bigInt(number) }
        return .int(number.bytes.reversed().reduce(number.isNegative ? -1 : 0) { $0 << 8 | Int($1) })
    }
}

extension BigInteger {
    init(_ number: Int) {
        self.init(bytes: stride(from: 0, to: Int.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: number >> $0) })
    }

    /// The bytes of the magnitude, least significant first.
    var amount: [UInt8] { isNegative ? bytes.negated : bytes }
}

extension [UInt8] {
    /// The negative of a number in two's complement.
    fileprivate var negated: [UInt8] {
        var carry = true
        return map { byte in
            let (sum, overflows) = (~byte).addingReportingOverflow(carry ? 1 : 0)
            carry = overflows
            return sum
        }
    }
}
