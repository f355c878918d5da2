/// An integer too large for 64 bits.
///
/// It can be read, compared and written, but not computed with.
public struct BigInteger: Sendable, Hashable {
    /// Two's complement, least significant byte first, with no redundant bytes, as in pickles.
    public let bytes: [UInt8]

    /// Makes an integer from bytes in two's complement, least significant first.
    ///
    /// Bytes that only repeat the sign are dropped.
    public init(bytes: some Sequence<UInt8>) {
        var bytes = Array(bytes)
        while let last = bytes.last {
            let sign = (bytes.count > 1 ? bytes[bytes.count - 2] : 0) & 0x80
            guard (last == 0 && sign == 0) || (last == 0xFF && sign != 0 && bytes.count > 1) else { break }
            bytes.removeLast()
        }
        self.bytes = bytes
    }

    public var isNegative: Bool { (bytes.last ?? 0) & 0x80 != 0 }
}

extension BigInteger: CustomStringConvertible {
    // With nine decimal digits at a time, an integer of 1024 bytes takes some 70000 steps.
    private static let digitsPerStep = 9
    private static let step: UInt64 = 1_000_000_000

    /// Reads decimal digits with an optional sign.
    ///
    /// Any other text gives nil.
    public init?(decimal text: some StringProtocol) {
        var digits = Array(text.utf8)
        let isNegative = digits.first == UInt8(ascii: "-")
        if isNegative || digits.first == UInt8(ascii: "+") { digits.removeFirst() }
        guard !digits.isEmpty, digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        var limbs: [UInt32] = []
        for start in Self.starts(digits.count) {
            let group = digits[max(start, 0)..<start + Self.digitsPerStep]
            var carry = group.reduce(UInt64(0)) { $0 * 10 + UInt64($1 - 0x30) }
            for index in limbs.indices {
                carry += UInt64(limbs[index]) * Self.step
                limbs[index] = UInt32(truncatingIfNeeded: carry)
                carry >>= 32
            }
            if carry > 0 { limbs.append(UInt32(carry)) }
        }
        let bytes = (0..<4 * limbs.count).map { UInt8(truncatingIfNeeded: limbs[$0 / 4] >> (8 * ($0 % 4))) } + [0]
        self.init(bytes: isNegative ? Self.negated(bytes) : bytes)
    }

    /// The first indices of the groups of nine digits.
    ///
    /// The first index may be negative.
    private static func starts(_ count: Int) -> StrideTo<Int> {
        let groups = (count + digitsPerStep - 1) / digitsPerStep
        return stride(from: count - groups * digitsPerStep, to: count, by: digitsPerStep)
    }

    /// The negative of a number in two's complement, in as many bytes.
    private static func negated(_ bytes: [UInt8]) -> [UInt8] {
        var carry = true
        return bytes.map { byte in
            let (sum, overflows) = (~byte).addingReportingOverflow(carry ? 1 : 0)
            carry = overflows
            return sum
        }
    }

    /// The decimal digits, with a minus sign if the integer is negative.
    public var description: String {
        var magnitude = isNegative ? Self.negated(bytes + [0xFF]) : bytes
        var groups: [String] = []
        while !magnitude.allSatisfy({ $0 == 0 }) {
            var remainder: UInt64 = 0
            for index in magnitude.indices.reversed() {
                remainder = remainder << 8 | UInt64(magnitude[index])
                magnitude[index] = UInt8(truncatingIfNeeded: remainder / Self.step)
                remainder %= Self.step
            }
            groups.append(String(remainder))
        }
        guard let first = groups.popLast() else { return "0" }
        let rest = groups.reversed().map { String(repeating: "0", count: Self.digitsPerStep - $0.count) + $0 }
        return (isNegative ? "-" : "") + first + rest.joined()
    }
}
