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
