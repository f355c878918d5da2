/// Bytes as text of 64 different characters, in the form of RFC 4648 with padding.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encoded(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = (group + [0, 0]).prefix(3).reduce(0) { $0 << 8 | Int($1) }
            let characters = [18, 12, 6, 0].map { alphabet[bits >> $0 & 63] }
            text += characters.prefix(group.count + 1)
        }
        text += repeatElement(UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, or nil if the text is not of this form.
    static func decoded(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard characters.count % 4 == 0, padding <= 2 else { return nil }
        var bytes: [UInt8] = []
        var bits: (value: Int, count: Int) = (0, 0)
        for character in characters.dropLast(padding) {
            guard let index = alphabet.firstIndex(of: character) else { return nil }
            bits = (bits.value << 6 & 0xFFFF | index, bits.count + 6)
            if bits.count >= 8 {
                bits.count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits.value >> bits.count))
            }
        }
        return bytes
    }
}
