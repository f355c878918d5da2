extension String {
    /// The number in an answer; nil if it is not a finite number.
    public var number: Double? {
        guard let value = Double(trimmed), value.isFinite else { return nil }
        return value
    }

    /// The non-negative integer in an answer.
    public func code(radix: Int = 10) -> Int? {
        guard let value = Int(trimmed, radix: radix), value >= 0 else { return nil }
        return value
    }

    /// The switch in an answer, as 0 or 1.
    public var flag: Bool? { self == "0" ? false : self == "1" ? true : nil }
}

extension Double {
    /// The number with this many decimal places, at most nine, and never with an exponent.
    public func text(places: Int) -> String {
        let places = min(max(places, 0), 9)
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (self * scale).rounded()
        // No device takes a number that is not finite or that large; callers check ranges.
        guard scaled.isFinite, abs(scaled) < 9e18 else { return "\(self)" }
        let whole = Int64(scaled), divisor = Int64(scale)
        let sign = whole < 0 ? "-" : ""
        guard places > 0 else { return "\(whole)" }
        let digits = "\(whole.magnitude % UInt64(divisor))"
        return "\(sign)\(whole.magnitude / UInt64(divisor))." + String(repeating: "0", count: places - digits.count)
            + digits
    }
}

/// Text with one byte per character, as devices write it.
///
/// Every byte is a character, so none is lost or refused.
enum Latin1 {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(Unicode.Scalar(byte)) }
        return String(text)
    }

    /// The bytes of a text, with a question mark for a character outside Latin-1.
    static func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(exactly: $0.value) ?? 0x3F } }
}

extension String {
    /// The text without blanks, line ends and the zero bytes that adapters invent, at both ends.
    var trimmed: String {
        let isKept = { (scalar: Unicode.Scalar) in scalar.value > 0x20 }
        guard
            let first = unicodeScalars.firstIndex(where: isKept), let last = unicodeScalars.lastIndex(where: isKept)
        else { return "" }
        return String(unicodeScalars[first...last])
    }

    /// The text without the prompts at its beginning.
    func withoutPrompt(_ prompt: String) -> String {
        guard !prompt.isEmpty else { return self }
        var rest = self[...]
        while let range = rest.firstRange(of: prompt), rest[..<range.lowerBound].allSatisfy(\.isWhitespace) {
            rest = rest[range.upperBound...]
        }
        return String(rest)
    }
}

extension Array<UInt8> {
    func firstRange(of bytes: [UInt8], from start: Int) -> Range<Int>? {
        guard !bytes.isEmpty, count >= bytes.count, start <= count - bytes.count else { return nil }
        for index in start...(count - bytes.count) where self[index..<index + bytes.count].elementsEqual(bytes) {
            return index..<index + bytes.count
        }
        return nil
    }
}
