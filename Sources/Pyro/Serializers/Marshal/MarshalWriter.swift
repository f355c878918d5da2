internal import Pickle

/// Writes values in the forms that every version of Python reads.
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
        guard let count = Int32(exactly: count) else { throw .unwritable("marshal cannot carry so much") }
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
