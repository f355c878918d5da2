/// A value without parts: its spelling and its meaning.
struct Scalar: Hashable {
    enum Meaning: Hashable {
        case null
        case bool(Bool)
        case int(Int)
        case float(Double)
        case text
        /// A number that cannot be used, with the reason; it still counts as text where text is expected.
        case unusable(String)
    }

    /// The spelling, without quotes.
    let text: String
    let isQuoted: Bool
    let meaning: Meaning

    /// Text in quotes or a block, which is always text.
    init(quoted text: String) {
        self.text = text
        isQuoted = true
        meaning = .text
    }

    /// Text without quotes, which may mean a number, true, false or null.
    init(plain text: String) {
        self.text = text
        isQuoted = false
        meaning = Meaning(of: text)
    }

    /// The time in seconds that a number means, with or without a unit: `10`, `0.5 s`, `10 min`.
    var seconds: Double? {
        switch meaning {
        case .int(let number): return Double(number)
        case .float(let number): return number
        case .null, .bool, .unusable: return nil
        case .text:
            let parts = text.split(separator: " ", omittingEmptySubsequences: false)
            guard parts.count == 2, let unit = Self.units[String(parts[1])] else { return nil }
            let number = Scalar(plain: String(parts[0]))
            guard number.meaning != .text else { return nil }
            return number.seconds.map { $0 * unit }
        }
    }

    private static let units: [String: Double] = ["ms": 0.001, "s": 1, "min": 60, "h": 3600]

    /// The value as error messages show it.
    var summary: String {
        switch meaning {
        case .null: "nothing"
        case .bool, .int, .float: text
        case .text: isQuoted ? "\(text.shown()) in quotes" : text.shown()
        case .unusable(let reason): "\(text.shown()), which \(reason)"
        }
    }
}

extension Scalar.Meaning {
    /// The meaning of text without quotes.
    ///
    /// Each value has one spelling, because versions of YAML disagree on the others: `yes`, `on` and `True` are text, and
    /// a number with a leading zero (octal in some versions, decimal in others) is refused.
    init(of text: String) {
        switch text {
        case "", "~", "null": self = .null
        case "true": self = .bool(true)
        case "false": self = .bool(false)
        default: self = Self.number(text) ?? .text
        }
    }

    private static func number(_ text: String) -> Self? {
        let isNegative = text.first == "-"
        let digits = isNegative || text.first == "+" ? text.dropFirst() : text[...]
        if infinities.contains(digits.lowercased()) { return .unusable("is not a finite number") }
        if digits.hasPrefix("0x"), digits.dropFirst(2).isDigits(\.isHexDigit) {
            return integer((isNegative ? "-" : "") + digits.dropFirst(2), radix: 16)
        }
        guard digits.isDigits() || digits.isDecimalFraction else { return nil }
        if digits.first == "0", digits.dropFirst().first?.isDigit == true { return .unusable("begins with a 0") }
        guard !digits.isDigits() else { return integer(text, radix: 10) }
        guard let value = Double(text), value.isFinite else { return .unusable("is beyond the range of numbers") }
        return .float(value)
    }

    private static let infinities: Set<String> = [".inf", ".nan"]

    private static func integer(_ text: String, radix: Int) -> Self {
        Int(text, radix: radix).map(Self.int) ?? .unusable("is beyond 64 bits")
    }
}

extension Substring {
    /// Whether the text consists of digits only.
    fileprivate func isDigits(_ isDigit: (Character) -> Bool = \.isDigit) -> Bool {
        !isEmpty && allSatisfy { $0.isASCII && isDigit($0) }
    }

    /// Whether the text is digits with a decimal point, an exponent, or both.
    fileprivate var isDecimalFraction: Bool {
        let parts = split(separator: "e", omittingEmptySubsequences: false)
        let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, mantissa.count <= 2, mantissa.joined()[...].isDigits() else { return false }
        guard parts.count == 2 else { return true }
        let exponent = parts[1]
        return (exponent.first == "-" || exponent.first == "+" ? exponent.dropFirst() : exponent).isDigits()
    }
}

extension Character {
    fileprivate var isDigit: Bool { ("0"..."9").contains(self) }
}
