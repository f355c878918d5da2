internal import Pickle

extension BigInteger {
    /// The amount in digits of 15 bits, least significant first.
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

    /// An integer by digits of 15 bits, least significant first.
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
