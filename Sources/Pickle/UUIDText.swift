/// The text of a UUID, such as `12345678-90ab-cdef-1234-567890abcdef`, and the 128-bit number that Python pickles.
struct UUIDText {
    let text: String

    /// The UUID that is this number, nil for what is no number of 128 bits.
    init?(integer: PythonValue?) {
        var bytes: [UInt8]
        switch integer {
        case .int(let number) where number >= 0: bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        case .bigInt(let number) where !number.isNegative: bytes = number.bytes
        default: return nil
        }
        // The sixteenth byte may be followed by one that only says that the number is positive.
        guard bytes.dropFirst(16).allSatisfy({ $0 == 0 }) else { return nil }
        bytes = Array(bytes.prefix(16)) + Array(repeating: 0, count: max(0, 16 - bytes.count))
        text = Self.text(bytes.reversed())
    }

    private static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var units: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { units.append(0x2D) }
            units += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: units, as: UTF8.self)
    }

    /// The number in two's complement with the least significant byte first, nil if the text is none of a UUID.
    static func integer(_ text: String) -> BigInteger? {
        let digits = text.utf8.filter { $0 != 0x2D }.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 32, text.utf8.count <= 36 else { return nil }
        let bytes = stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        return BigInteger(bytes: bytes.reversed() + [0])
    }
}
