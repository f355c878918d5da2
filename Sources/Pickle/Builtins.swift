/// Stand-ins for functions and classes of Python's standard library: each makes a value from its arguments.
enum Builtins {
    /// `_codecs.encode(text, "latin1")`, as protocols 0 to 2 write bytes.
    static func encode(_ arguments: ItemTuple, _ budget: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 2, let text = arguments.text(0), arguments.text(1) == "latin1" else {
            throw ItemTuple.wrong("_codecs.encode")
        }
        return .value(.bytes(Bytes(try latin1(text, &budget))))
    }

    private static func latin1(_ text: String, _ budget: inout WorkBudget) throws(PickleError) -> [UInt8] {
        try budget.copy(text.utf8.count)
        let units = text.utf8.span
        var bytes = Array(repeating: UInt8(0), count: units.count)
        var target = bytes.mutableSpan
        var count = 0
        var high: UInt8 = 0
        var largest: UInt8 = 0
        // Bytes from 0x80 on take two units each, the first of which is 0xC2 or 0xC3. The loop has no branches: with the
        // bytes of an image the processor would mispredict half of them.
        for index in units.indices {
            let unit = units[index]
            target[count] = unit < 0x80 ? unit : high << 6 | unit & 0x3F
            count &+= unit < 0xC0 ? 1 : 0
            high = unit & 3
            largest = max(largest, unit)
        }
        guard largest <= 0xC3 else { throw .malformed("text for bytes with a character beyond U+00FF") }
        bytes.removeLast(units.count - count)
        return bytes
    }

    static func bytes(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 0 else { throw ItemTuple.wrong("bytes") }
        return .value(.bytes([]))
    }

    static func bytearray(_ arguments: ItemTuple, _ budget: inout WorkBudget) throws(PickleError) -> Item {
        if arguments.count == 0 { return .value(.bytearray([])) }
        if arguments.count == 1, let bytes = arguments.bytes(0) { return .value(.bytearray(bytes)) }
        guard arguments.count == 2, let text = arguments.text(0), arguments.text(1) == "latin-1" else {
            throw ItemTuple.wrong("bytearray")
        }
        return .value(.bytearray(Bytes(try latin1(text, &budget))))
    }

    static func set(_ arguments: ItemTuple, _ budget: inout WorkBudget) throws(PickleError) -> Item {
        .value(.set(try members(arguments, &budget)))
    }

    static func frozenset(_ arguments: ItemTuple, _ budget: inout WorkBudget) throws(PickleError) -> Item {
        .value(.frozenset(try members(arguments, &budget)))
    }

    private static func members(
        _ arguments: ItemTuple,
        _ budget: inout WorkBudget
    ) throws(PickleError) -> [PythonValue] {
        guard arguments.count == 1, case .list(let items) = arguments.value(0) else { throw ItemTuple.wrong("a set") }
        for item in items { try budget.hash(item) }
        return DictionaryKey.distinct(items)
    }

    static func complex(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 2, let real = arguments.float(0), let imaginary = arguments.float(1) else {
            throw ItemTuple.wrong("complex")
        }
        return .value(.complex(real: real, imaginary: imaginary))
    }

    static func range(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 3, let start = arguments.int(0), let stop = arguments.int(1),
            let step = arguments.int(2), step != 0
        else { throw ItemTuple.wrong("range") }
        return .value(.range(start: start, stop: stop, step: step))
    }

    /// `getattr(TriggerType, "PULSE")`, as Python 3.11.2 pickles members of an enumeration.
    static func getattr(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 2, case .enumeration(let enumeration) = arguments.global(0),
            let name = arguments.text(1)
        else { throw ItemTuple.wrong("getattr") }
        return .value(try enumeration.member(named: name))
    }

    /// `copyreg._reconstructor(class, base, state)`, as protocols 0 and 1 write objects and Pyro writes its autoproxies.
    static func reconstructor(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 3 else { throw ItemTuple.wrong("_reconstructor") }
        switch arguments.global(0) {
        case .shell(let shell, _) where arguments.isClass(1, .object) && arguments.isNone(2):
            return .unfilled(shell)
        case .unknown(let type) where arguments.isClass(1, .object) && arguments.isNone(2):
            return .value(.opaque(OpaqueObject(type, arguments: [])))
        case .namedTuple(let type, let count) where arguments.isClass(1, .tuple):
            guard let items = arguments.tuple(2), items.count == count else { throw ItemTuple.wrong("\(type)") }
            return .value(.namedTuple(type, items))
        default: throw ItemTuple.wrong("_reconstructor")
        }
    }

    static func orderedDict(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 0 else { throw ItemTuple.wrong("OrderedDict") }
        var dictionary = PythonDictionary()
        dictionary.isOrderedDict = true
        return .value(.dict(dictionary))
    }

    static func decimal(_ arguments: ItemTuple, _: inout WorkBudget) throws(PickleError) -> Item {
        guard arguments.count == 1, let text = arguments.text(0), DecimalText.isDecimal(text) else {
            throw ItemTuple.wrong("Decimal")
        }
        return .value(.decimal(text))
    }
}

/// The syntax of numbers that Python's `decimal.Decimal` accepts.
enum DecimalText {
    // No device reports a number with so many digits.
    private static let limit = 1024

    static func isDecimal(_ text: String) -> Bool {
        guard text.utf8.count <= limit else { return false }
        var rest = text.utf8[...]
        _ = skip(&rest) { $0 == 0x2B || $0 == 0x2D }
        return isSpecial(rest) || isNumber(rest)
    }

    /// `Infinity`, `NaN` and `sNaN`; digits may follow the last two.
    private static func isSpecial(_ text: Substring.UTF8View) -> Bool {
        let name = text.prefix { !isDigit($0) }
        switch Substring(name) {
        case "Infinity": return name.count == text.count
        case "NaN", "sNaN": return text.dropFirst(name.count).allSatisfy(isDigit)
        default: return false
        }
    }

    /// `1.50`, `15E+3`.
    private static func isNumber(_ text: Substring.UTF8View) -> Bool {
        var rest = text
        var digits = skipDigits(&rest)
        if skip(&rest, { $0 == 0x2E }) { digits += skipDigits(&rest) }
        guard digits > 0 else { return false }
        guard skip(&rest, { $0 == 0x45 || $0 == 0x65 }) else { return rest.isEmpty }
        _ = skip(&rest) { $0 == 0x2B || $0 == 0x2D }
        return skipDigits(&rest) > 0 && rest.isEmpty
    }

    private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

    private static func skip(_ text: inout Substring.UTF8View, _ matches: (UInt8) -> Bool) -> Bool {
        guard let first = text.first, matches(first) else { return false }
        text = text.dropFirst()
        return true
    }

    private static func skipDigits(_ text: inout Substring.UTF8View) -> Int {
        let count = text.prefix(while: isDigit).count
        text = text.dropFirst(count)
        return count
    }
}

/// The text of a UUID, such as `12345678-90ab-cdef-1234-567890abcdef`, and the 128-bit number that Python pickles.
struct UUIDText {
    let text: String

    /// The UUID with this number, or nil if it does not fit into 128 bits.
    init?(integer: PythonValue?) {
        var bytes: [UInt8]
        switch integer {
        case .int(let number) where number >= 0: bytes = (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
        case .bigInt(let number) where !number.isNegative: bytes = number.bytes
        default: return nil
        }
        // A byte that only marks the number as positive may follow the sixteenth byte.
        guard bytes.dropFirst(16).allSatisfy({ $0 == 0 }) else { return nil }
        bytes = Array(bytes.prefix(16)) + Array(repeating: 0, count: max(0, 16 - bytes.count))
        text = Self.text(bytes.reversed())
    }

    private static func text(_ bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var units: [UInt8] = []
        for (index, byte) in bytes.enumerated() {
            if [4, 6, 8, 10].contains(index) { units.append(0x2D) }
            units += [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
        return String(decoding: units, as: UTF8.self)
    }

    /// The number of a UUID, or nil if the text is not a UUID.
    static func integer(_ text: String) -> BigInteger? {
        let digits = text.utf8.filter { $0 != 0x2D }.compactMap { Character(UnicodeScalar($0)).hexDigitValue }
        guard digits.count == 32, text.utf8.count <= 36 else { return nil }
        let bytes = stride(from: 0, to: 32, by: 2).map { UInt8(digits[$0] << 4 | digits[$0 + 1]) }
        return BigInteger(bytes: bytes.reversed() + [0])
    }
}
