internal import Pickle

/// Reads those of Python's literals that serpent writes, and the other ways in which they can be written.
struct SerpentReader {
    var text: ByteCursor
    private var allowance: Allowance

    init(_ bytes: ArraySlice<UInt8>, _ allowance: Allowance = Allowance()) {
        text = ByteCursor(bytes)
        self.allowance = allowance
    }

    /// Reads one value with nothing but blanks behind it.
    mutating func whole() throws(SerializerError) -> PythonValue {
        let value = try value()
        skipBlanks()
        guard text.isAtEnd else { throw text.unexpected() }
        return value
    }

    private mutating func value() throws(SerializerError) -> PythonValue {
        try allowance.spend()
        skipBlanks()
        switch text.character {
        case "("?: return try tuple()
        case "["?: return try list()
        case "{"?: return try setOrDictionary()
        case "+"?, "-"?, "."?: return try number()
        case _ where text.isAtDigit: return try number()
        case _ where isAtString: return try strings()
        default: return try name()
        }
    }

    /// Passes over spaces, line breaks and comments.
    mutating func skipBlanks() {
        while let character = text.character {
            switch character {
            case " ", "\t", "\n", "\r", "\u{C}": text.skip(String(character))
            case "#": _ = text.take { $0 != UInt8(ascii: "\n") && $0 != UInt8(ascii: "\r") }
            default: return
            }
        }
    }

    private mutating func name() throws(SerializerError) -> PythonValue {
        let start = text
        let word = text.take { $0.isAlphanumeric || $0 == UInt8(ascii: "_") }
        switch String(decoding: word, as: UTF8.self) {
        case "None": return .none
        case "True": return .bool(true)
        case "False": return .bool(false)
        case "set":
            skipBlanks()
            guard text.skip("(") else { throw text.unexpected() }
            skipBlanks()
            guard text.skip(")") else { throw text.unexpected() }
            return .set([])
        default: throw start.unexpected()
        }
    }
}

extension SerpentReader {
    /// Reads items with commas between them; answers whether one followed the last.
    private mutating func items(
        until closing: String,
        _ item: (inout Self) throws(SerializerError) -> Void
    ) throws(SerializerError) -> Bool {
        try allowance.open()
        defer { allowance.close() }
        var (isFirst, hasComma) = (true, false)
        skipBlanks()
        while !text.skip(closing) {
            guard isFirst || hasComma else { throw text.unexpected() }
            try item(&self)
            skipBlanks()
            hasComma = text.skip(",")
            isFirst = false
            skipBlanks()
        }
        return hasComma
    }

    private mutating func list() throws(SerializerError) -> PythonValue {
        text.skip("[")
        var result: [PythonValue] = []
        _ = try items(until: "]") { reader throws(SerializerError) in result.append(try reader.value()) }
        return .list(result)
    }

    /// Reads a tuple, or one value in brackets.
    private mutating func tuple() throws(SerializerError) -> PythonValue {
        text.skip("(")
        var result: [PythonValue] = []
        let hasComma = try items(until: ")") { reader throws(SerializerError) in result.append(try reader.value()) }
        return result.count == 1 && !hasComma ? result[0] : .tuple(result)
    }

    private mutating func setOrDictionary() throws(SerializerError) -> PythonValue {
        text.skip("{")
        var dictionary = PythonDictionary()
        var members: [PythonValue] = []
        _ = try items(until: "}") { reader throws(SerializerError) in
            let first = try reader.value()
            reader.skipBlanks()
            if members.isEmpty, reader.text.skip(":") {
                try dictionary.insert(reader.value(), for: first)
            } else {
                members.append(first)
            }
        }
        guard !members.isEmpty else { return .dict(dictionary) }
        guard dictionary.isEmpty else { throw .malformed("a dict has a key without a value") }
        return .set(try PythonValue.members(members))
    }
}
