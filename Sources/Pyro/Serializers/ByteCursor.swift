/// Reads bytes from front to back and never beyond their end.
struct ByteCursor {
    private(set) var rest: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>) { rest = bytes }

    var isAtEnd: Bool { rest.isEmpty }

    mutating func next() throws(SerializerError) -> UInt8 {
        guard let byte = rest.popFirst() else { throw .truncated }
        return byte
    }

    mutating func take(_ count: Int) throws(SerializerError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else { throw .truncated }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    mutating func take(while isWanted: (UInt8) -> Bool) -> ArraySlice<UInt8> {
        let taken = rest.prefix(while: isWanted)
        rest = rest.dropFirst(taken.count)
        return taken
    }

    /// The number of the items that follow, each of which takes one byte at least.
    func itemCount(_ count: some BinaryInteger) throws(SerializerError) -> Int {
        guard count >= 0, count <= rest.count else { throw .truncated }
        return Int(count)
    }

    mutating func littleEndian<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(SerializerError) -> Number {
        try take(MemoryLayout<Number>.size).reversed().reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    mutating func bigEndian<Number: FixedWidthInteger>(
        _ type: Number.Type = Number.self
    ) throws(SerializerError) -> Number {
        try take(MemoryLayout<Number>.size).reduce(0) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    /// A text in UTF-8.
    mutating func text(_ count: Int) throws(SerializerError) -> String { try String(utf8: take(count)) }
}

extension ByteCursor {
    /// The next byte as a character, for the formats that are text.
    var character: Unicode.Scalar? { rest.first.map { Unicode.Scalar($0) } }

    var isAtDigit: Bool { rest.first?.isDigit ?? false }

    /// Passes over a text if it comes next.
    @discardableResult
    mutating func skip(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    /// A number of so many hexadecimal digits.
    mutating func hexadecimal(digits count: Int) throws(SerializerError) -> UInt32 {
        var number: UInt32 = 0
        for byte in try take(count) {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw .malformed("an escape sequence has other signs than digits")
            }
            number = number << 4 | UInt32(digit)
        }
        return number
    }

    /// Complains about what comes next.
    func unexpected() -> SerializerError {
        guard let character else { return .truncated }
        return .malformed("unexpected \(character.escaped(asASCII: true)) with \(rest.count) bytes left")
    }
}

extension String {
    /// A text in UTF-8, if it is well-formed: Swift has no lone surrogates.
    init(utf8 bytes: some Sequence<UInt8>) throws(SerializerError) {
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .malformed("the text is not UTF-8") }
        self = text
    }
}

extension [UInt8] {
    /// Appends a character by its number, in UTF-8.
    mutating func append(character number: UInt32) throws(SerializerError) {
        guard let scalar = Unicode.Scalar(number) else { throw .malformed("there is no character \(number)") }
        append(contentsOf: UTF8.encode(scalar) ?? .init())
    }
}

extension UInt8 {
    var isDigit: Bool { (0x30...0x39).contains(self) }

    var isAlphanumeric: Bool { isDigit || (0x41...0x5A).contains(self & 0xDF) }
}
