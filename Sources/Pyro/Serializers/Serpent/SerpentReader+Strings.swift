internal import Pickle

extension SerpentReader {
    /// Whether a string comes next: a quote, with or without a letter before it.
    var isAtString: Bool {
        switch text.character {
        case "'", "\"": true
        case "b", "B", "u", "U": Self.quotes.contains(text.rest.dropFirst().first ?? 0)
        default: false
        }
    }

    private static let quotes = Array("'\"".utf8)

    /// Reads a string and those next to it, which belong to it.
    mutating func strings() throws(SerializerError) -> PythonValue {
        var content: [UInt8] = []
        let isBytes = try string(into: &content)
        skipBlanks()
        while isAtString {
            guard try string(into: &content) == isBytes else {
                throw .malformed("cannot mix bytes and nonbytes literals")
            }
            skipBlanks()
        }
        return isBytes ? .bytes(Bytes(content)) : .str(try String(utf8: content))
    }

    /// Reads one string and answers whether it is one of bytes.
    private mutating func string(into content: inout [UInt8]) throws(SerializerError) -> Bool {
        let isBytes = text.skip("b") || text.skip("B")
        if !isBytes { _ = text.skip("u") || text.skip("U") }
        let quote = try text.next()
        guard !text.rest.starts(with: [quote, quote]) else { throw .malformed("strings in triple quotes are not read") }
        while true {
            let plain = text.take { $0 != quote && !Self.ends.contains($0) }
            guard !isBytes || plain.allSatisfy({ $0 < 0x80 }) else {
                throw .malformed("bytes can only contain ASCII literal characters")
            }
            content += plain
            switch Unicode.Scalar(try text.next()) {
            case "\\": try escape(isBytes: isBytes, into: &content)
            case "\n", "\r": throw .malformed("a string does not end on its line")
            default: return isBytes
            }
        }
    }

    /// What a string does not hold as it is, beside its quote.
    private static let ends = Array("\\\n\r".utf8)

    /// Reads what follows a backslash.
    private mutating func escape(isBytes: Bool, into content: inout [UInt8]) throws(SerializerError) {
        if let number = try escapedNumber(isBytes: isBytes) {
            return isBytes ? content.append(UInt8(truncatingIfNeeded: number)) : try content.append(character: number)
        }
        let byte = try text.next()
        switch Unicode.Scalar(byte) {
        case "\n": return
        case "\r": text.skip("\n")
        case "\\", "'", "\"": content.append(byte)
        case "N" where !isBytes: throw .malformed("characters by their name are not read")
        case let letter:
            // As in Python, a backslash before anything else stands for itself.
            content += Self.escapes[letter].map { [$0] } ?? [UInt8(ascii: "\\"), byte]
        }
    }

    private static let escapes: [Unicode.Scalar: UInt8] = [
        "a": 0x07, "b": 0x08, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B,
    ]

    /// Reads the number of a character: `x41`, `u20ac`, `U0001f600`, `101`.
    private mutating func escapedNumber(isBytes: Bool) throws(SerializerError) -> UInt32? {
        switch text.character {
        case "0", "1", "2", "3", "4", "5", "6", "7":
            var number: UInt32 = 0
            for _ in 0..<3 {
                guard let digit = text.rest.first, (0x30...0x37).contains(digit) else { break }
                number = number << 3 | UInt32(try text.next() - 0x30)
            }
            return number
        case "x":
            text.skip("x")
            return try text.hexadecimal(digits: 2)
        case "u" where !isBytes:
            text.skip("u")
            return try text.hexadecimal(digits: 4)
        case "U" where !isBytes:
            text.skip("U")
            return try text.hexadecimal(digits: 8)
        default: return nil
        }
    }
}
