internal import Pickle

/// Reads version 4 of the format, with its references to values that came before.
struct MarshalReader {
    private var data: ByteCursor
    private var allowance: Allowance
    private var marked: [Marked?] = []

    /// A value to which references are possible, and the number of values in it.
    private struct Marked {
        let value: PythonValue
        let weight: Int
    }

    init(_ bytes: ArraySlice<UInt8>, _ allowance: Allowance = Allowance()) {
        data = ByteCursor(bytes)
        self.allowance = allowance
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
        let before = allowance
        try allowance.spend()
        switch type {
        case .none: return PythonValue.none
        case .yes: return .bool(true)
        case .no: return .bool(false)
        case .end: return nil
        case .reference: return try reference()
        default: break
        }
        guard byte & MarshalType.mark != 0 else { return try content(type) }
        // Values are numbered by where they begin; until it has ended, a reference to one is refused.
        let place = marked.count
        marked.append(nil)
        let value = try content(type)
        marked[place] = Marked(value: value, weight: allowance.spent(since: before))
        return value
    }

    private mutating func reference() throws(SerializerError) -> PythonValue {
        let place: UInt32 = try data.littleEndian()
        guard place < marked.count, let target = marked[Int(place)] else {
            throw .malformed("bad marshal data (invalid reference)")
        }
        try allowance.spend(target.weight)
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
        try allowance.open()
        defer { allowance.close() }
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

    /// Reads a count that is signed on the wire; no negative one passes for a number of bytes that are left.
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

    /// Takes bytes, long ones at the price of several values: a reference can have them hashed again.
    private mutating func bytes(_ count: Int) throws(SerializerError) -> ArraySlice<UInt8> {
        try allowance.spend(count / 64)
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
