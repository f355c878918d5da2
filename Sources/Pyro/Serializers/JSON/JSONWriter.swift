internal import Pickle

/// Writes values as Python's `json` does with `ensure_ascii` off, byte for byte.
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

    /// The text of a simple value, which is also what it becomes as a key.
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
    /// The text in double quotes, with no more characters escaped than must be.
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
