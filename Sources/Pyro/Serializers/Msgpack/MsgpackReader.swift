internal import Pickle

/// Reads MessagePack with Pyro4's extensions.
struct MsgpackReader {
    private var data: ByteCursor
    private var allowance: Allowance

    init(_ bytes: ArraySlice<UInt8>, _ allowance: Allowance = Allowance()) {
        data = ByteCursor(bytes)
        self.allowance = allowance
    }

    /// Reads one value with nothing behind it.
    mutating func whole() throws(SerializerError) -> PythonValue {
        let value = try value()
        guard data.isAtEnd else { throw .malformed("unpack(b) received extra data.") }
        return value
    }

    private mutating func value() throws(SerializerError) -> PythonValue {
        try allowance.spend()
        let code = try data.next()
        switch code {
        case 0x00...0x7F, 0xE0...0xFF: return .int(Int(Int8(bitPattern: code)))
        case 0x80...0x8F: return try dictionary(Int(code & 0x0F))
        case 0x90...0x9F: return try list(Int(code & 0x0F))
        case 0xA0...0xBF: return .str(try data.text(Int(code & 0x1F)))
        case 0xC0: return .none
        case 0xC2, 0xC3: return .bool(code == 0xC3)
        case 0xCA...0xD3: return try number(code)
        case 0xC4...0xC6: return .bytes(Bytes(try data.take(count(code - 0xC4))))
        case 0xC7...0xC9: return try extended(count(code - 0xC7))
        case 0xD4...0xD8: return try extended(1 << Int(code - 0xD4))
        case 0xD9...0xDB: return .str(try data.text(count(code - 0xD9)))
        case 0xDC, 0xDD: return try list(count(code - 0xDB))
        case 0xDE, 0xDF: return try dictionary(count(code - 0xDD))
        default: throw .malformed("0xc1 begins no value")
        }
    }

    /// Reads a count of 8, 16 or 32 bits.
    private mutating func count(_ width: UInt8) throws(SerializerError) -> Int {
        switch width {
        case 0: Int(try data.bigEndian(UInt8.self))
        case 1: Int(try data.bigEndian(UInt16.self))
        default: Int(try data.bigEndian(UInt32.self))
        }
    }

    private mutating func number(_ code: UInt8) throws(SerializerError) -> PythonValue {
        switch code {
        case 0xCA: .float(Double(Float(bitPattern: try data.bigEndian())))
        case 0xCB: .float(Double(bitPattern: try data.bigEndian()))
        case 0xCC: .int(Int(try data.bigEndian(UInt8.self)))
        case 0xCD: .int(Int(try data.bigEndian(UInt16.self)))
        case 0xCE: .int(Int(try data.bigEndian(UInt32.self)))
        case 0xCF: .integer(amount: try data.take(8).reversed(), isNegative: false)
        case 0xD0: .int(Int(try data.bigEndian(Int8.self)))
        case 0xD1: .int(Int(try data.bigEndian(Int16.self)))
        case 0xD2: .int(Int(try data.bigEndian(Int32.self)))
        default: .int(Int(try data.bigEndian(Int64.self)))
        }
    }

    private mutating func list(_ count: Int) throws(SerializerError) -> PythonValue {
        try allowance.open()
        defer { allowance.close() }
        var items: [PythonValue] = []
        for _ in 0..<(try data.itemCount(count)) { items.append(try value()) }
        return .list(items)
    }

    private mutating func dictionary(_ count: Int) throws(SerializerError) -> PythonValue {
        try allowance.open()
        defer { allowance.close() }
        var dictionary = PythonDictionary()
        for _ in 0..<(try data.itemCount(count)) {
            let key = try value()
            try dictionary.insert(value(), for: key)
        }
        return .dict(dictionary)
    }
}

extension MsgpackReader {
    private mutating func extended(_ count: Int) throws(SerializerError) -> PythonValue {
        let code = try data.next()
        var content = ByteCursor(try data.take(count))
        let value: PythonValue
        switch MsgpackFormat.Extension(rawValue: code) {
        case .complex?: value = .complex(real: try Self.float(&content), imaginary: try Self.float(&content))
        case .integer?:
            let isNegative = content.skip("-")
            value = try .integer(content.take { _ in true }, isNegative: isNegative)
        case .datetime?: value = .date(try LocalTime.date(seconds: Self.float(&content)))
        case .date?:
            let day = try CalendarDay(ordinal: content.littleEndian())
            value = .date(.date(year: day.year, month: day.month, day: day.day))
        case nil: throw .malformed("invalid ext code for msgpack: \(code)")
        }
        guard content.isAtEnd else { throw .malformed("a value of ext code \(code) is too long") }
        return value
    }

    private static func float(_ content: inout ByteCursor) throws(SerializerError) -> Double {
        Double(bitPattern: try content.littleEndian())
    }
}
