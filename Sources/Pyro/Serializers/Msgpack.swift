internal import Pickle

/// MessagePack with Pyro4's extensions.
enum MsgpackFormat: PlainFormat {
    static let id = SerializerID.msgpack

    /// Pyro4's extension types.
    enum Extension: UInt8 {
        case complex = 0x30
        /// An integer beyond 64 bits, in decimal digits.
        case integer = 0x31
        /// Seconds since 1970.
        case datetime = 0x32
        /// The number of a day, where 1 is 1 January of the year 1.
        case date = 0x33
    }

    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8] {
        var writer = MsgpackWriter()
        try writer.write(value)
        return writer.bytes
    }

    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue {
        var reader = MsgpackReader(bytes)
        return try reader.whole()
    }

    static func plain(_ date: PythonDate) throws(SerializerError) -> PythonValue {
        switch date {
        case .date, .datetime: .date(date)
        case .time, .timedelta, .timezone: try date.plain
        }
    }
}

/// A reader of MessagePack with Pyro4's extensions.
struct MsgpackReader {
    private var data: ByteCursor
    private var budget: ValueBudget

    init(_ bytes: ArraySlice<UInt8>, _ budget: ValueBudget = ValueBudget()) {
        data = ByteCursor(bytes)
        self.budget = budget
    }

    /// Reads one value.
    ///
    /// Nothing may follow it.
    mutating func whole() throws(SerializerError) -> PythonValue {
        let value = try value()
        guard data.isAtEnd else { throw .malformed("unpack(b) received extra data.") }
        return value
    }

    private mutating func value() throws(SerializerError) -> PythonValue {
        try budget.spend()
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
        default: throw .malformed("0xc1 is not the beginning of a value")
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
        try budget.open()
        defer { budget.close() }
        var items: [PythonValue] = []
        for _ in 0..<(try data.itemCount(count)) { items.append(try value()) }
        return .list(items)
    }

    private mutating func dictionary(_ count: Int) throws(SerializerError) -> PythonValue {
        try budget.open()
        defer { budget.close() }
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

/// A writer of the shortest form of each value.
struct MsgpackWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: PythonValue) throws(SerializerError) {
        switch value {
        case .none: append(0xC0)
        case .bool(let isTrue): append(isTrue ? 0xC3 : 0xC2)
        case .int(let number): write(number)
        case .bigInt(let number): try write(number)
        case .float(let number): append(0xCB, number.bitPattern)
        case .complex(let real, let imaginary): try write(.complex, real.nativeBytes + imaginary.nativeBytes)
        case .str(let text): try write(text)
        case .bytes(let data), .bytearray(let data):
            try append(count: data.count, 0xC4, 0xC5, 0xC6)
            bytes += data.array
        case .list(let items), .tuple(let items), .set(let items), .frozenset(let items): try write(items)
        case .dict(let dictionary): try write(dictionary)
        case .date(let date): try write(date)
        default: throw .unwritable(value, in: .msgpack)
        }
    }

    private mutating func append(_ code: UInt8) { bytes.append(code) }

    private mutating func append(_ code: UInt8, _ number: some FixedWidthInteger) {
        bytes.append(code)
        bytes += stride(from: number.bitWidth - 8, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
    }

    /// Appends one of three codes and a count of 8, 16 or 32 bits.
    private mutating func append(
        count: Int,
        _ code8: UInt8?,
        _ code16: UInt8,
        _ code32: UInt8
    ) throws(SerializerError) {
        if let code8, let count = UInt8(exactly: count) {
            append(code8, count)
        } else if let count = UInt16(exactly: count) {
            append(code16, count)
        } else if let count = UInt32(exactly: count) {
            append(code32, count)
        } else {
            throw .unwritable("the value is too large for msgpack")
        }
    }

    private mutating func write(_ number: Int) {
        switch number {
        case 0...0x7F: append(UInt8(number))
        case 0...0xFF: append(0xCC, UInt8(number))
        case 0...0xFFFF: append(0xCD, UInt16(number))
        case 0...0xFFFF_FFFF: append(0xCE, UInt32(number))
        case 0...: append(0xCF, UInt64(number))
        case (-0x20)...: append(UInt8(truncatingIfNeeded: number))
        case (-0x80)...: append(0xD0, Int8(number))
        case (-0x8000)...: append(0xD1, Int16(number))
        case (-0x8000_0000)...: append(0xD2, Int32(number))
        default: append(0xD3, Int64(number))
        }
    }

    private mutating func write(_ number: BigInteger) throws(SerializerError) {
        let decimal = number.description
        if let number = UInt64(decimal) {
            append(0xCF, number)
        } else {
            try write(.integer, Array(decimal.utf8))
        }
    }

    private mutating func write(_ text: String) throws(SerializerError) {
        if text.utf8.count < 32 {
            append(0xA0 | UInt8(text.utf8.count))
        } else {
            try append(count: text.utf8.count, 0xD9, 0xDA, 0xDB)
        }
        bytes += text.utf8
    }

    private mutating func write(_ items: [PythonValue]) throws(SerializerError) {
        if items.count < 16 {
            append(0x90 | UInt8(items.count))
        } else {
            try append(count: items.count, nil, 0xDC, 0xDD)
        }
        for item in items { try write(item) }
    }

    private mutating func write(_ dictionary: PythonDictionary) throws(SerializerError) {
        if dictionary.count < 16 {
            append(0x80 | UInt8(dictionary.count))
        } else {
            try append(count: dictionary.count, nil, 0xDE, 0xDF)
        }
        for (key, value) in dictionary.pairs {
            try write(key)
            try write(value)
        }
    }

    private mutating func write(_ date: PythonDate) throws(SerializerError) {
        switch date {
        case .date(let year, let month, let day):
            let ordinal = try CalendarDay(year: year, month: month, day: day).ordinal
            try write(.date, Int64(ordinal).nativeBytes)
        default: try write(.datetime, LocalTime.seconds(date).nativeBytes)
        }
    }

    private mutating func write(_ type: MsgpackFormat.Extension, _ data: [UInt8]) throws(SerializerError) {
        if let place = [1, 2, 4, 8, 16].firstIndex(of: data.count) {
            append(0xD4 + UInt8(place))
        } else {
            try append(count: data.count, 0xC7, 0xC8, 0xC9)
        }
        append(type.rawValue)
        bytes += data
    }
}

extension Double {
    fileprivate var nativeBytes: [UInt8] { bitPattern.nativeBytes }
}

extension FixedWidthInteger {
    fileprivate var nativeBytes: [UInt8] {
        stride(from: 0, to: bitWidth, by: 8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}
