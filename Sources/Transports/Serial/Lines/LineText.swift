extension String {
    /// The number that a device wrote, if it is one and finite.
    public var number: Double? {
        guard let value = Double(trimmed), value.isFinite else { return nil }
        return value
    }

    /// The whole number from zero up that a device wrote.
    public func code(radix: Int = 10) -> Int? {
        guard let value = Int(trimmed, radix: radix), value >= 0 else { return nil }
        return value
    }

    /// A switch that a device wrote as 0 or 1.
    public var flag: Bool? { self == "0" ? false : self == "1" ? true : nil }
}

extension Double {
    /// The number with so many digits behind the point, at most nine, as devices read it: never with an exponent.
    public func text(places: Int) -> String {
        let places = min(max(places, 0), 9)
        let scale = (0..<places).reduce(1.0) { scale, _ in scale * 10 }
        let scaled = (self * scale).rounded()
        // What is not finite, or too large for whole numbers to hold, is no number for a device; callers check ranges.
        guard scaled.isFinite, abs(scaled) < 9e18 else { return "\(self)" }
        let whole = Int64(scaled), divisor = Int64(scale)
        let sign = whole < 0 ? "-" : ""
        guard places > 0 else { return "\(whole)" }
        let digits = "\(whole.magnitude % UInt64(divisor))"
        return "\(sign)\(whole.magnitude / UInt64(divisor))." + String(repeating: "0", count: places - digits.count)
            + digits
    }
}

/// Text of one byte a character, as devices write it: every byte is a character, so none can be lost or refused.
enum Latin1 {
    static func text(_ bytes: some Sequence<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in bytes { text.append(Unicode.Scalar(byte)) }
        return String(text)
    }

    /// The bytes of a text; a question mark for what has none.
    static func bytes(_ text: String) -> [UInt8] { text.unicodeScalars.map { UInt8(exactly: $0.value) ?? 0x3F } }
}
