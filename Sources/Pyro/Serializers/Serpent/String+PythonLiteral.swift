extension String {
    /// The text as Python's `repr` writes it: in single quotes unless it holds some and no double ones.
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
    /// Whether Python shows the character as it is.
    fileprivate var isPrintable: Bool {
        if isASCII { return (0x20..<0x7F).contains(value) }
        return switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned: false
        case .lineSeparator, .paragraphSeparator, .spaceSeparator: false
        default: true
        }
    }

    /// The character by its number: `\x7f`, `\u2028`, `\U000e0001`.
    fileprivate var pythonEscape: String {
        let (letter, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
        let number = String(value, radix: 16)
        return "\\" + letter + String(repeating: "0", count: width - number.count) + number
    }
}
