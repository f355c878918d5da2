/// Bytes and numbers as people who look at a wire write them: `03 7e 5a`.
public enum Hexadecimal {
    public static func text(_ bytes: some Sequence<UInt8>) -> String { bytes.map(text).joined(separator: " ") }

    /// A number with all its digits, leading zeros among them.
    public static func text(_ number: some FixedWidthInteger & UnsignedInteger) -> String {
        let digits = String(number, radix: 16)
        return String(repeating: "0", count: max(0, number.bitWidth / 4 - digits.count)) + digits
    }

    /// Bytes from their text; nil if it is none.
    public static func bytes(_ text: some StringProtocol) -> [UInt8]? {
        let words = text.split(separator: " ")
        let bytes = words.compactMap { $0.count == 2 ? UInt8($0, radix: 16) : nil }
        return bytes.count == words.count ? bytes : nil
    }
}
