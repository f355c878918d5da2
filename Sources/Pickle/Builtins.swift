/// What the functions and classes of Python's own modules make of their arguments.
enum Builtins {
    /// `_codecs.encode(text, "latin1")`, the form of bytes up to protocol 2.
    static func encode(_ arguments: ItemTuple, _ allowance: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 2, let text = arguments.text(0), arguments.text(1) == "latin1" else {
            throw ItemTuple.wrong("_codecs.encode")
        }
        return .value(.bytes(Bytes(try latin1(text, &allowance))))
    }

    private static func latin1(_ text: String, _ allowance: inout Allowance) throws(PickleError) -> [UInt8] {
        try allowance.copy(text.utf8.count)
        let units = text.utf8.span
        var bytes = Array(repeating: UInt8(0), count: units.count)
        var target = bytes.mutableSpan
        var count = 0
        var high: UInt8 = 0
        var largest: UInt8 = 0
        // The bytes from 0x80 on take two units each, the first of which is 0xC2 or 0xC3. There are no branches, since
        // with the bytes of an image they would be guessed wrong half of the time.
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

    static func bytes(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 0 else { throw ItemTuple.wrong("bytes") }
        return .value(.bytes([]))
    }

    static func bytearray(_ arguments: ItemTuple, _ allowance: inout Allowance) throws(PickleError) -> Item {
        if arguments.count == 0 { return .value(.bytearray([])) }
        if arguments.count == 1, let bytes = arguments.bytes(0) { return .value(.bytearray(bytes)) }
        guard arguments.count == 2, let text = arguments.text(0), arguments.text(1) == "latin-1" else {
            throw ItemTuple.wrong("bytearray")
        }
        return .value(.bytearray(Bytes(try latin1(text, &allowance))))
    }

    static func set(_ arguments: ItemTuple, _ allowance: inout Allowance) throws(PickleError) -> Item {
        .value(.set(try members(arguments, &allowance)))
    }

    static func frozenset(_ arguments: ItemTuple, _ allowance: inout Allowance) throws(PickleError) -> Item {
        .value(.frozenset(try members(arguments, &allowance)))
    }

    private static func members(
        _ arguments: ItemTuple,
        _ allowance: inout Allowance
    ) throws(PickleError) -> [PythonValue] {
        guard arguments.count == 1, case .list(let items) = arguments.value(0) else { throw ItemTuple.wrong("a set") }
        for item in items { try allowance.hash(item) }
        return DictionaryKey.distinct(items)
    }

    static func complex(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 2, let real = arguments.float(0), let imaginary = arguments.float(1) else {
            throw ItemTuple.wrong("complex")
        }
        return .value(.complex(real: real, imaginary: imaginary))
    }

    static func range(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 3, let start = arguments.int(0), let stop = arguments.int(1),
            let step = arguments.int(2), step != 0
        else { throw ItemTuple.wrong("range") }
        return .value(.range(start: start, stop: stop, step: step))
    }

    /// `getattr(TriggerType, "PULSE")`, which is how Python 3.11.2 pickles the members of an enumeration.
    static func getattr(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 2, case .enumeration(let enumeration) = arguments.global(0),
            let name = arguments.text(1)
        else { throw ItemTuple.wrong("getattr") }
        return .value(try enumeration.member(named: name))
    }

    /// `copyreg._reconstructor(class, base, state)`, the form of objects up to protocol 1 and of Pyro's autoproxies.
    static func reconstructor(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
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

    static func orderedDict(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 0 else { throw ItemTuple.wrong("OrderedDict") }
        var dictionary = PythonDictionary()
        dictionary.isOrderedDict = true
        return .value(.dict(dictionary))
    }

    static func decimal(_ arguments: ItemTuple, _: inout Allowance) throws(PickleError) -> Item {
        guard arguments.count == 1, let text = arguments.text(0), DecimalText.isDecimal(text) else {
            throw ItemTuple.wrong("Decimal")
        }
        return .value(.decimal(text))
    }
}
