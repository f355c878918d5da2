extension PickleReader {
    func text(_ bytes: ArraySlice<UInt8>) throws(PickleError) -> String {
        guard let text = try? UTF8Span(validating: bytes.span) else { throw .malformed("text that is not UTF-8") }
        return String(copying: text)
    }

    mutating func pushText(_ bytes: ArraySlice<UInt8>) throws(PickleError) {
        try push(.str(try text(bytes)))
    }

    /// Pushes an integer in two's complement, least significant byte first.
    mutating func pushInteger(_ bytes: ArraySlice<UInt8>) throws(PickleError) {
        guard bytes.count <= limits.integerBytes else { throw integerTooLong }
        try push(PythonValue(BigInteger(bytes: bytes)))
    }

    private var integerTooLong: PickleError { .tooLarge("integer of more than \(limits.integerBytes) bytes") }

    /// Performs the instructions of protocols 0 and 1.
    mutating func performText(_ opcode: Opcode) throws(PickleError) {
        switch opcode {
        case .int: try pushInt()
        case .long: try pushLong()
        case .float: try pushFloat()
        case .unicode: try push(.str(try RawUnicodeEscape.text(try input.line(limit: input.count))))
        case .put: try put(try memoKey())
        case .get: try get(try memoKey())
        case .list: try pushEmpty(.value(.list([])))
        case .dict: try pushEmpty(.emptyDict)
        default: throw .refusedInstruction(opcode.rawValue, offset: input.offset - 1)
        }
    }

    /// Reads a line of digits.
    ///
    /// An integer has fewer than three digits for each byte.
    private mutating func digits() throws(PickleError) -> String {
        try text(try input.line(limit: 3 * limits.integerBytes))
    }

    /// Makes a list or dict from the entries above the last mark.
    ///
    /// Picklers use this only for empty ones.
    private mutating func pushEmpty(_ item: Item) throws(PickleError) {
        guard try takeMark() == stack.count else { throw .malformed("items before their container") }
        try pushContainer(item)
    }

    private mutating func pushInt() throws(PickleError) {
        let digits = try digits()
        switch digits {
        case "00": try push(.bool(false))
        case "01": try push(.bool(true))
        default: try pushDecimal(Substring(digits))
        }
    }

    private mutating func pushLong() throws(PickleError) {
        let digits = try digits()
        try pushDecimal(digits.hasSuffix("L") ? digits.dropLast() : digits[...])
    }

    private mutating func pushDecimal(_ digits: Substring) throws(PickleError) {
        // Python reads a leading zero as octal or refuses it, depending on the instruction and on its version.
        let amount = digits.drop { $0 == "-" || $0 == "+" }
        guard amount.first != "0" || amount.count == 1, let integer = BigInteger(decimal: digits) else {
            throw .malformed("a line that is not an integer")
        }
        guard integer.bytes.count <= limits.integerBytes else { throw integerTooLong }
        try push(PythonValue(integer))
    }

    private mutating func pushFloat() throws(PickleError) {
        let digits = try digits()
        // Swift reads hexadecimal digits and `nan(1)`, Python does not.
        guard !digits.contains(where: { "xX(".contains($0) }), let number = Double(digits) else {
            throw .malformed("a line that is not a number")
        }
        try push(.float(number))
    }

    private mutating func memoKey() throws(PickleError) -> UInt32 {
        guard let key = UInt32(try digits()) else { throw .malformed("key of the memo") }
        return key
    }
}

extension PythonValue {
    /// An integer of any size, as ``int(_:)`` if it fits into 64 bits.
    init(_ integer: BigInteger) {
        guard integer.bytes.count <= 8 else {
            self = .bigInt(integer)
            return
        }
        var value = integer.isNegative ? -1 : 0
        for byte in integer.bytes.reversed() { value = value << 8 | Int(byte) }
        self = .int(value)
    }
}

/// The encoding of text in protocol 0: a line of Latin-1, with escapes such as `\u005c` and `\U0001f600`.
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
