public import Pickle

/// Serpent: a Python literal in UTF-8 below a comment that names the format.
enum SerpentFormat: PlainFormat {
    static let id = SerializerID.serpent

    static func write(_ value: PythonValue) throws(SerializerError) -> [UInt8] {
        var writer = SerpentWriter()
        try writer.write(value)
        return writer.bytes
    }

    static func read(_ bytes: ArraySlice<UInt8>) throws(SerializerError) -> PythonValue {
        guard !bytes.contains(0) else {
            throw .malformed("the serpent data contains 0-bytes so it cannot be parsed. Has it been corrupted?")
        }
        var reader = SerpentReader(bytes)
        return try reader.whole()
    }
}

/// A writer of serpent, byte for byte as Python's serpent writes it.
struct SerpentWriter {
    private(set) var bytes = Array("# serpent utf-8 python3.2\n".utf8)

    mutating func write(_ value: PythonValue) throws(SerializerError) {
        switch value {
        case .none: append("None")
        case .bool(let isTrue): append(isTrue ? "True" : "False")
        case .int(let number): append(String(number))
        case .bigInt(let number): append(number.description)
        case .float(let number): append(number.serpentText)
        case .complex(let real, let imaginary): append(complex(real, imaginary))
        case .str(let text): append(text.pythonLiteral)
        case .bytes(let data), .bytearray(let data): append(base64(data))
        case .list(let items): try write(items, in: "[", "]")
        case .tuple(let items): try write(items, in: "(", items.count == 1 ? ",)" : ")")
        case .set(let items), .frozenset(let items): try writeSet(items)
        case .dict(let dictionary): try write(dictionary)
        default: throw .unwritable(value, in: .serpent)
        }
    }

    private mutating func append(_ text: String) { bytes += text.utf8 }

    private mutating func write(_ items: [PythonValue], in opening: String, _ closing: String) throws(SerializerError) {
        append(opening)
        for (index, item) in items.enumerated() {
            if index > 0 { append(",") }
            try write(item)
        }
        append(closing)
    }

    private mutating func writeSet(_ items: [PythonValue]) throws(SerializerError) {
        // Python has no literal for an empty set.
        guard !items.isEmpty else { return append("()") }
        for item in items { try check(key: item) }
        try write(items, in: "{", "}")
    }

    private mutating func write(_ dictionary: PythonDictionary) throws(SerializerError) {
        append("{")
        for (index, pair) in dictionary.pairs.enumerated() {
            if index > 0 { append(",") }
            try check(key: pair.key)
            try write(pair.key)
            append(":")
            try write(pair.value)
        }
        append("}")
    }

    /// Refuses keys whose literals would not be hashable.
    private func check(key: PythonValue) throws(SerializerError) {
        switch key {
        case .none, .bool, .int, .bigInt, .float, .complex, .str, .tuple: return
        default: throw .unwritable("one of the keys in a dict or set is not of a simple type: \(key.typeName)")
        }
    }

    private func complex(_ real: Double, _ imaginary: Double) -> String {
        let (real, imaginary, isNegative) = (real.serpentText, imaginary.serpentText, imaginary.sign == .minus)
        if real.contains("nan") || imaginary.contains("nan") {
            return "{'__class__':'complex','real':\(real),'imag':\(imaginary)}"
        }
        return "(\(real)\(isNegative ? "" : "+")\(imaginary)j)"
    }

    private func base64(_ data: Bytes) -> String {
        "{'data': '\(Base64.encoded(data.array))', 'encoding': 'base64'}"
    }
}

extension Double {
    /// The number as a literal.
    ///
    /// For infinity that is a number too large for a float. There is none for NaN.
    fileprivate var serpentText: String {
        if isNaN { return "{'__class__':'float','value':'nan'}" }
        return isInfinite ? (self < 0 ? "-1e30000" : "1e30000") : pythonText
    }
}

extension PythonValue {
    /// Reads a Python literal such as `[0, 1.5, 'red']`.
    ///
    /// Any other text gives nil.
    public init?(literal text: String) {
        var reader = SerpentReader(Array(text.utf8)[...])
        guard let value = try? reader.whole() else { return nil }
        self = value
    }
}

extension String {
    /// The text as Python's `repr` writes it: in single quotes, unless it contains some and no double quotes.
    var pythonLiteral: String {
        let quote: Unicode.Scalar = utf8.contains(UInt8(ascii: "'")) && !utf8.contains(UInt8(ascii: "\"")) ? "\"" : "'"
        var literal = String.UnicodeScalarView([quote])
        for scalar in unicodeScalars {
            switch scalar {
            case quote, "\\": literal += ["\\", scalar]
            case "\n": literal += ["\\", "n"]
            case "\r": literal += ["\\", "r"]
            case "\t": literal += ["\\", "t"]
            case let scalar where scalar.isPrintable: literal.append(scalar)
            default: literal.append(contentsOf: scalar.pythonEscape.unicodeScalars)
            }
        }
        literal.append(quote)
        return String(literal)
    }
}

extension Unicode.Scalar {
    /// Whether Python shows the character unescaped.
    fileprivate var isPrintable: Bool {
        if isASCII { return (0x20..<0x7F).contains(value) }
        return switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned: false
        case .lineSeparator, .paragraphSeparator, .spaceSeparator: false
        default: true
        }
    }

    /// The escape sequence for the character: `\x7f`, `\u2028`, `\U000e0001`.
    fileprivate var pythonEscape: String {
        let (letter, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
        let number = String(value, radix: 16)
        return "\\" + letter + String(repeating: "0", count: width - number.count) + number
    }
}
