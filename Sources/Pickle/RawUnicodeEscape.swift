/// The text that protocol 0 puts on a line: Latin-1, where `\u005c` and `\U0001f600` stand for other characters.
enum RawUnicodeEscape {
    static func text(_ line: ArraySlice<UInt8>) throws(PickleError) -> String {
        var scalars = String.UnicodeScalarView()
        var rest = line
        while let byte = rest.popFirst() {
            scalars.append(byte == UInt8(ascii: "\\") ? try escaped(&rest) : UnicodeScalar(byte))
        }
        return String(scalars)
    }

    private static func escaped(_ rest: inout ArraySlice<UInt8>) throws(PickleError) -> UnicodeScalar {
        let length: Int? =
            switch rest.popFirst() {
            case UInt8(ascii: "u"): 4
            case UInt8(ascii: "U"): 8
            default: nil
            }
        guard let length, let scalar = scalar(rest.prefix(length), length) else {
            throw .malformed("escape in a line of text")
        }
        rest = rest.dropFirst(length)
        return scalar
    }

    private static func scalar(_ digits: ArraySlice<UInt8>, _ length: Int) -> UnicodeScalar? {
        guard digits.count == length else { return nil }
        var value: UInt32 = 0
        for digit in digits {
            guard let digit = Character(UnicodeScalar(digit)).hexDigitValue else { return nil }
            value = value << 4 | UInt32(digit)
        }
        return UnicodeScalar(value)
    }
}
