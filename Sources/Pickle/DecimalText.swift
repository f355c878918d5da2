/// The texts that Python's `decimal.Decimal` takes for a number.
enum DecimalText {
    /// No number of a device has so many digits.
    private static let limit = 1024

    static func isDecimal(_ text: String) -> Bool {
        guard text.utf8.count <= limit else { return false }
        var rest = text.utf8[...]
        _ = skip(&rest) { $0 == 0x2B || $0 == 0x2D }
        return isSpecial(rest) || isNumber(rest)
    }

    /// `Infinity`, `NaN` and `sNaN`, the last two perhaps with digits behind.
    private static func isSpecial(_ text: Substring.UTF8View) -> Bool {
        let name = text.prefix { !isDigit($0) }
        switch Substring(name) {
        case "Infinity": return name.count == text.count
        case "NaN", "sNaN": return text.dropFirst(name.count).allSatisfy(isDigit)
        default: return false
        }
    }

    /// `1.50`, `15E+3`.
    private static func isNumber(_ text: Substring.UTF8View) -> Bool {
        var rest = text
        var digits = skipDigits(&rest)
        if skip(&rest, { $0 == 0x2E }) { digits += skipDigits(&rest) }
        guard digits > 0 else { return false }
        guard skip(&rest, { $0 == 0x45 || $0 == 0x65 }) else { return rest.isEmpty }
        _ = skip(&rest) { $0 == 0x2B || $0 == 0x2D }
        return skipDigits(&rest) > 0 && rest.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func skip(_ text: inout Substring.UTF8View, _ matches: (UInt8) -> Bool) -> Bool {
        guard let first = text.first, matches(first) else { return false }
        text = text.dropFirst()
        return true
    }

    private static func skipDigits(_ text: inout Substring.UTF8View) -> Int {
        let count = text.prefix(while: isDigit).count
        text = text.dropFirst(count)
        return count
    }
}
