/// A reader of bytes from front to back, never beyond the end.
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

    /// Checks a number of items that follow.
    ///
    /// Each takes at least one byte.
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

    /// Reads a text in UTF-8.
    mutating func text(_ count: Int) throws(SerializerError) -> String { try String(utf8: take(count)) }
}

extension ByteCursor {
    /// The next byte as a character, for the formats that are text.
    var character: Unicode.Scalar? { rest.first.map { Unicode.Scalar($0) } }

    var isAtDigit: Bool { rest.first?.isDigit ?? false }

    /// Skips a text if it comes next.
    @discardableResult
    mutating func skip(_ text: String) -> Bool {
        guard rest.starts(with: text.utf8) else { return false }
        rest = rest.dropFirst(text.utf8.count)
        return true
    }

    /// Reads a number with this many hexadecimal digits.
    mutating func hexadecimal(digits count: Int) throws(SerializerError) -> UInt32 {
        var number: UInt32 = 0
        for byte in try take(count) {
            guard let digit = Character(Unicode.Scalar(byte)).hexDigitValue else {
                throw .malformed("an escape sequence has characters other than digits")
            }
            number = number << 4 | UInt32(digit)
        }
        return number
    }

    /// The error for an unexpected next byte.
    func unexpected() -> SerializerError {
        guard let character else { return .truncated }
        return .malformed("unexpected \(character.escaped(asASCII: true)) with \(rest.count) bytes left")
    }
}

extension String {
    /// Reads well-formed UTF-8.
    ///
    /// Swift's strings have no lone surrogates.
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

/// The nesting and the number of values that a payload may still have, so that none exhausts the stack or the memory.
struct ValueBudget {
    private var depth: Int
    private var values: Int

    init(depth: Int = 64, values: Int = 4_000_000) {
        self.depth = depth
        self.values = values
    }

    /// Enters a collection.
    mutating func open() throws(SerializerError) {
        guard depth > 0 else { throw .malformed("the values are nested too deeply") }
        depth -= 1
    }

    mutating func close() { depth += 1 }

    /// Counts values.
    ///
    /// A value that is referred to again counts again, with all values in it.
    mutating func spend(_ count: Int = 1) throws(SerializerError) {
        guard count <= values else { throw .malformed("there are too many values") }
        values -= count
    }

    /// The number of values counted since an earlier state.
    func spent(since earlier: ValueBudget) -> Int { earlier.values - values }
}

/// Base64 as in RFC 4648, with padding.
enum Base64 {
    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)

    static func encoded(_ bytes: [UInt8]) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count + 2) / 3 * 4)
        for start in stride(from: 0, to: bytes.count, by: 3) {
            let group = bytes[start..<min(start + 3, bytes.count)]
            let bits = (group + [0, 0]).prefix(3).reduce(0) { $0 << 8 | Int($1) }
            let characters = [18, 12, 6, 0].map { alphabet[bits >> $0 & 63] }
            text += characters.prefix(group.count + 1)
        }
        text += repeatElement(UInt8(ascii: "="), count: (4 - text.count % 4) % 4)
        return String(decoding: text, as: UTF8.self)
    }

    /// The bytes, or nil if the text is not Base64.
    static func decoded(_ text: some StringProtocol) -> [UInt8]? {
        let characters = Array(text.utf8)
        let padding = characters.reversed().prefix { $0 == UInt8(ascii: "=") }.count
        guard characters.count % 4 == 0, padding <= 2 else { return nil }
        var bytes: [UInt8] = []
        var bits: (value: Int, count: Int) = (0, 0)
        for character in characters.dropLast(padding) {
            guard let index = alphabet.firstIndex(of: character) else { return nil }
            bits = (bits.value << 6 & 0xFFFF | index, bits.count + 6)
            if bits.count >= 8 {
                bits.count -= 8
                bytes.append(UInt8(truncatingIfNeeded: bits.value >> bits.count))
            }
        }
        return bytes
    }
}
