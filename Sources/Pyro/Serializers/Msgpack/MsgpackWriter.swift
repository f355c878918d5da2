internal import Pickle

/// Writes values in the shortest form for each.
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

    /// Appends a count behind one of three codes, for counts of 8, 16 and 32 bits.
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
            throw .unwritable("msgpack cannot carry so much")
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
