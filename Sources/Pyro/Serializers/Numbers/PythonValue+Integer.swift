internal import Pickle

extension PythonValue {
    /// As many as 1024 bytes hold: the work to read digits grows with the square of their number.
    private static let maximumDigitCount = 2466

    /// An integer by its decimal digits.
    static func integer(_ digits: some Collection<UInt8>, isNegative: Bool) throws(SerializerError) -> PythonValue {
        let text = try (isNegative ? "-" : "") + String(utf8: digits)
        if let number = Int(text) { return .int(number) }
        guard digits.count <= maximumDigitCount else { throw .malformed("an integer has too many digits") }
        guard let number = BigInteger(decimal: text) else { throw .malformed("an integer has other signs than digits") }
        return .bigInt(number)
    }

    /// An integer by the bytes of its amount, least significant first.
    static func integer(amount: [UInt8], isNegative: Bool) -> PythonValue {
        let bytes = amount + [0]
        return integer(BigInteger(bytes: isNegative ? bytes.negated : bytes))
    }

    /// A plain integer if the number fits into one.
    static func integer(_ number: BigInteger) -> PythonValue {
        guard number.bytes.count <= 8 else { return .bigInt(number) }
        return .int(number.bytes.reversed().reduce(number.isNegative ? -1 : 0) { $0 << 8 | Int($1) })
    }
}

extension BigInteger {
    init(_ number: Int) {
        self.init(bytes: stride(from: 0, to: Int.bitWidth, by: 8).map { UInt8(truncatingIfNeeded: number >> $0) })
    }

    /// The bytes of the number without its sign, least significant first.
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
