public import Pickle

/// JSON as Python writes it, with infinity and NaN.
enum JSONFormat: PlainFormat {
    static let id = SerializerID.json

    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8] {
        var writer = JSONWriter()
        try writer.write(value)
        return writer.bytes
    }

    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue {
        var reader = JSONReader(bytes)
        return try reader.whole()
    }

    static func plain(_ call: WireCall) -> PythonValue {
        .dict([
            "object": .str(call.object),
            "method": .str(call.method),
            "params": .list(call.arguments.positional),
            "kwargs": call.keywords,
        ])
    }

    static func call(from value: PythonValue) throws(SerializerError) -> WireCall {
        guard case .dict(let parts) = value else { throw .malformed("a call must be an object") }
        return try WireCall(
            object: part("object", of: parts),
            method: part("method", of: parts),
            arguments: part("params", of: parts),
            keywords: part("kwargs", of: parts)
        )
    }

    private static func part(_ name: String, of parts: PythonDictionary) throws(SerializerError) -> PythonValue {
        guard let part = parts[.str(name)] else { throw .malformed("a call has no '\(name)'") }
        return part
    }
}

extension PythonValue {
    /// The value in JSON, as Python's `json` writes it.
    ///
    /// Throws if JSON cannot represent it.
    public var json: String {
        get throws(SerializerError) {
            var writer = JSONWriter()
            try writer.write(self)
            return String(decoding: writer.bytes, as: UTF8.self)
        }
    }
}

/// A reader of JSON with Python's extensions: `NaN`, `Infinity` and integers of any size.
struct JSONReader {
    private var text: ByteCursor
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
        guard text.isAtEnd else { throw text.unexpected() }
        return value
    }

    /// Reads a value and the white space around it.
    private mutating func value() throws(SerializerError) -> PythonValue {
        try budget.spend()
        skipBlanks()
        defer { skipBlanks() }
        switch text.character {
        case "["?: return try list()
        case "{"?: return try dictionary()
        case "\""?: return .str(try string())
        default: break
        }
        for (word, value) in Self.words where text.skip(word) { return value }
        return try number()
    }

    private static let words: [(String, PythonValue)] = [
        ("null", .none), ("true", .bool(true)), ("false", .bool(false)),
        ("NaN", .float(.nan)), ("Infinity", .float(.infinity)), ("-Infinity", .float(-.infinity)),
    ]

    private mutating func skipBlanks() { _ = text.take { Self.blanks.contains($0) } }

    private static let blanks = Array(" \t\n\r".utf8)

    private mutating func list() throws(SerializerError) -> PythonValue {
        var items: [PythonValue] = []
        try each(from: "[", to: "]") { reader throws(SerializerError) in items.append(try reader.value()) }
        return .list(items)
    }

    private mutating func dictionary() throws(SerializerError) -> PythonValue {
        var dictionary = PythonDictionary()
        try each(from: "{", to: "}") { reader throws(SerializerError) in
            reader.skipBlanks()
            let key = try reader.string()
            reader.skipBlanks()
            guard reader.text.skip(":") else { throw reader.text.unexpected() }
            dictionary[.str(key)] = try reader.value()
        }
        return .dict(dictionary)
    }

    /// Reads items separated by commas.
    private mutating func each(
        from opening: String,
        to closing: String,
        _ item: (inout Self) throws(SerializerError) -> Void
    ) throws(SerializerError) {
        try budget.open()
        defer { budget.close() }
        text.skip(opening)
        skipBlanks()
        if text.skip(closing) { return }
        repeat { try item(&self) } while text.skip(",")
        guard text.skip(closing) else { throw text.unexpected() }
    }
}

extension JSONReader {
    private mutating func number() throws(SerializerError) -> PythonValue {
        let isNegative = text.skip("-")
        let integer = text.take(while: \.isDigit)
        guard !integer.isEmpty, integer.count == 1 || integer.first != UInt8(ascii: "0") else {
            throw text.unexpected()
        }
        let tail = try fraction() + exponent()
        guard !tail.isEmpty else { return try .integer(integer, isNegative: isNegative) }
        let number = try Double(text: integer + tail)
        return .float(isNegative ? -number : number)
    }

    private mutating func fraction() throws(SerializerError) -> [UInt8] {
        guard text.skip(".") else { return [] }
        return try [UInt8(ascii: ".")] + digits()
    }

    private mutating func exponent() throws(SerializerError) -> [UInt8] {
        guard text.skip("e") || text.skip("E") else { return [] }
        let sign = text.skip("-") ? "e-" : "e"
        if sign == "e" { text.skip("+") }
        return try Array(sign.utf8) + digits()
    }

    private mutating func digits() throws(SerializerError) -> ArraySlice<UInt8> {
        let digits = text.take(while: \.isDigit)
        guard !digits.isEmpty else { throw text.unexpected() }
        return digits
    }
}

extension JSONReader {
    private mutating func string() throws(SerializerError) -> String {
        guard text.skip("\"") else { throw text.unexpected() }
        var content: [UInt8] = []
        while true {
            content += text.take { $0 >= 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
            switch text.character {
            case "\""?:
                text.skip("\"")
                return try String(utf8: content)
            case "\\"?:
                text.skip("\\")
                try escape(into: &content)
            default: throw text.unexpected()
            }
        }
    }

    private mutating func escape(into content: inout [UInt8]) throws(SerializerError) {
        if text.skip("u") { return try content.append(character: codePoint()) }
        guard let character = text.character, let byte = Self.escapes[character] else { throw text.unexpected() }
        _ = try text.next()
        content.append(byte)
    }

    private static let escapes: [Unicode.Scalar: UInt8] = [
        "\"": 0x22, "\\": 0x5C, "/": 0x2F, "b": 0x08, "f": 0x0C, "n": 0x0A, "r": 0x0D, "t": 0x09,
    ]

    /// Reads the code of a character, which may be a pair of surrogates.
    private mutating func codePoint() throws(SerializerError) -> UInt32 {
        let first = try text.hexadecimal(digits: 4)
        guard (0xD800..<0xDC00).contains(first), text.skip("\\u") else { return first }
        let second = try text.hexadecimal(digits: 4)
        guard (0xDC00..<0xE000).contains(second) else {
            throw .malformed("a surrogate is not followed by its other half")
        }
        return 0x10000 + (first - 0xD800) << 10 + (second - 0xDC00)
    }
}

/// A writer of JSON, byte for byte as Python's `json` writes it with `ensure_ascii` off.
struct JSONWriter {
    private(set) var bytes: [UInt8] = []

    mutating func write(_ value: PythonValue) throws(SerializerError) {
        switch value {
        case .none, .bool, .int, .bigInt, .float: append(try name(value))
        case .str(let text): append(text.jsonLiteral)
        case .list(let items), .tuple(let items), .set(let items), .frozenset(let items): try write(items)
        case .dict(let dictionary): try write(dictionary)
        default: throw .unwritable(value, in: .json)
        }
    }

    private mutating func append(_ text: String) { bytes += text.utf8 }

    private mutating func write(_ items: [PythonValue]) throws(SerializerError) {
        append("[")
        for (index, item) in items.enumerated() {
            if index > 0 { append(", ") }
            try write(item)
        }
        append("]")
    }

    private mutating func write(_ dictionary: PythonDictionary) throws(SerializerError) {
        append("{")
        for (index, pair) in dictionary.pairs.enumerated() {
            if index > 0 { append(", ") }
            append(try name(pair.key).jsonLiteral)
            append(": ")
            try write(pair.value)
        }
        append("}")
    }

    /// The text of a simple value, which is also its form as a key.
    private func name(_ value: PythonValue) throws(SerializerError) -> String {
        switch value {
        case .none: "null"
        case .bool(let isTrue): isTrue ? "true" : "false"
        case .int(let number): String(number)
        case .bigInt(let number): number.description
        case .float(let number): number.jsonText
        case .str(let text): text
        default: throw .unwritable("keys must be str, int, float, bool or None, not \(value.typeName)")
        }
    }
}

extension Double {
    fileprivate var jsonText: String {
        if isNaN { return "NaN" }
        return isInfinite ? (self < 0 ? "-Infinity" : "Infinity") : pythonText
    }
}

extension String {
    /// The text in double quotes, with only the necessary characters escaped.
    fileprivate var jsonLiteral: String {
        var literal = "\"".unicodeScalars
        for scalar in unicodeScalars {
            switch scalar {
            case "\"", "\\": literal += ["\\", scalar]
            case "\n": literal += ["\\", "n"]
            case "\r": literal += ["\\", "r"]
            case "\t": literal += ["\\", "t"]
            case "\u{8}": literal += ["\\", "b"]
            case "\u{C}": literal += ["\\", "f"]
            case "\0"..."\u{1F}":
                let number = String(scalar.value, radix: 16)
                literal += (number.count < 2 ? "\\u000" : "\\u00").unicodeScalars
                literal += number.unicodeScalars
            default: literal.append(scalar)
            }
        }
        literal.append("\"")
        return String(literal)
    }
}
