internal import Pickle

/// A reader of the Python literals that serpent writes, including their alternative spellings.
struct SerpentReader {
    var text: ByteCursor
    private var budget: ValueBudget

    init(_ bytes: ArraySlice<UInt8>, _ budget: ValueBudget = ValueBudget()) {
        text = ByteCursor(bytes)
        self.budget = budget
    }

    /// Reads one value.
    ///
    /// Only white space may follow it.
    mutating func whole() throws(SerializerError) -> PythonValue {
        let value = try value()
        skipBlanks()
        guard text.isAtEnd else { throw text.unexpected() }
        return value
    }

    private mutating func value() throws(SerializerError) -> PythonValue {
        try budget.spend()
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

    /// Skips spaces, line breaks and comments.
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
    /// Reads items separated by commas.
    ///
    /// Returns whether a comma followed the last item.
    private mutating func items(
        until closing: String,
        _ item: (inout Self) throws(SerializerError) -> Void
    ) throws(SerializerError) -> Bool {
        try budget.open()
        defer { budget.close() }
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

    /// Reads a tuple, or one value in parentheses.
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

extension SerpentReader {
    /// Reads a number with its sign, and an imaginary part if one follows.
    mutating func number() throws(SerializerError) -> PythonValue {
        let first = try signed()
        skipBlanks()
        guard text.character == "+" || text.character == "-" else { return first.value }
        guard let real = first.real, case .imaginary(let imaginary) = try signed() else {
            throw .malformed("only complex numbers may be written as a sum")
        }
        return .complex(real: real, imaginary: imaginary)
    }

    private enum Number {
        case integer(PythonValue)
        case float(Double)
        case imaginary(Double)

        var value: PythonValue {
            switch self {
            case .integer(let value): value
            case .float(let number): .float(number)
            case .imaginary(let number): .complex(real: 0, imaginary: number)
            }
        }

        var real: Double? {
            switch self {
            case .integer(.int(let number)): Double(number)
            case .float(let number): number
            default: nil
            }
        }
    }

    private mutating func signed() throws(SerializerError) -> Number {
        let isNegative = text.skip("-")
        if !isNegative { text.skip("+") }
        skipBlanks()
        let digits = try digits()
        if text.skip("j") || text.skip("J") {
            let number = try Double(text: digits)
            return .imaginary(isNegative ? -number : number)
        }
        guard digits.allSatisfy(\.isDigit) else {
            let number = try Double(text: digits)
            return .float(isNegative ? -number : number)
        }
        guard digits.first != UInt8(ascii: "0") || digits.allSatisfy({ $0 == UInt8(ascii: "0") }) else {
            throw .malformed("leading zeros in decimal integer literals are not permitted")
        }
        return .integer(try .integer(digits, isNegative: isNegative))
    }

    /// Reads the digits, point and exponent of a number, without underscores.
    private mutating func digits() throws(SerializerError) -> [UInt8] {
        var result = try digitGroups()
        if text.skip(".") { result += try [UInt8(ascii: ".")] + digitGroups() }
        guard result.contains(where: \.isDigit) else { throw text.unexpected() }
        if text.skip("e") || text.skip("E") {
            let sign = text.skip("-") ? "e-" : "e"
            if sign == "e" { text.skip("+") }
            let exponent = try digitGroups()
            guard !exponent.isEmpty else { throw text.unexpected() }
            result += sign.utf8 + exponent
        }
        return result
    }

    /// Reads groups of digits separated by underscores: `1_000`.
    private mutating func digitGroups() throws(SerializerError) -> [UInt8] {
        var result = Array(text.take(while: \.isDigit))
        while !result.isEmpty, text.skip("_") {
            let group = text.take(while: \.isDigit)
            guard !group.isEmpty else { throw text.unexpected() }
            result += group
        }
        return result
    }
}

extension SerpentReader {
    /// Whether a string comes next: a quote, or a prefix with a quote.
    var isAtString: Bool {
        switch text.character {
        case "'", "\"": true
        case "b", "B", "u", "U": Self.quotes.contains(text.rest.dropFirst().first ?? 0)
        default: false
        }
    }

    private static let quotes = Array("'\"".utf8)

    /// Reads adjacent strings, which are joined.
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

    /// Reads one string.
    ///
    /// Returns whether it is a bytes literal.
    private mutating func string(into content: inout [UInt8]) throws(SerializerError) -> Bool {
        let isBytes = text.skip("b") || text.skip("B")
        if !isBytes { _ = text.skip("u") || text.skip("U") }
        let quote = try text.next()
        guard !text.rest.starts(with: [quote, quote]) else {
            throw .malformed("strings in triple quotes are not supported")
        }
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

    /// Characters that end a run of plain characters, besides the quote.
    private static let ends = Array("\\\n\r".utf8)

    /// Reads an escape sequence after its backslash.
    private mutating func escape(isBytes: Bool, into content: inout [UInt8]) throws(SerializerError) {
        if let number = try escapedNumber(isBytes: isBytes) {
            return isBytes ? content.append(UInt8(truncatingIfNeeded: number)) : try content.append(character: number)
        }
        let byte = try text.next()
        switch Unicode.Scalar(byte) {
        case "\n": return
        case "\r": text.skip("\n")
        case "\\", "'", "\"": content.append(byte)
        case "N" where !isBytes: throw .malformed("characters by name are not supported")
        case let letter:
            // As in Python, a backslash before any other character stands for itself.
            content += Self.escapes[letter].map { [$0] } ?? [UInt8(ascii: "\\"), byte]
        }
    }

    private static let escapes: [Unicode.Scalar: UInt8] = [
        "a": 0x07, "b": 0x08, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09, "v": 0x0B,
    ]

    /// Reads the code of a character: `x41`, `u20ac`, `U0001f600`, `101`.
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
