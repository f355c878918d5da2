/// A writer of pickles of protocol 4, in the forms that all versions of Python from 3.7 on read, with numpy 1 or 2.
///
/// Long bytes and the data of arrays become separate parts of the message and are not copied.
public struct PickleWriter {
    var out = Segments(withoutRoom: ())
    private var depth = 0

    /// Appends the pickle of a value.
    ///
    /// After an error, the appended bytes are incomplete and must be discarded.
    ///
    /// - Parameter number: the protocol number at the beginning. Readers accept all of these opcodes with any number,
    ///   but refuse a number that they do not know.
    public static func write(
        _ value: PythonValue,
        to out: inout Segments,
        claiming number: UInt8 = 4
    ) throws(PickleError) {
        var writer = PickleWriter()
        // With a second owner the bytes would be copied.
        swap(&writer.out, &out)
        defer { swap(&writer.out, &out) }
        writer.out.append(0x80)
        writer.out.append(number)
        try writer.put(value)
        writer.emit(.stop)
    }

    /// The pickle of a value.
    public static func pickle(_ value: PythonValue) throws(PickleError) -> Segments {
        var out = Segments()
        try write(value, to: &out)
        return out
    }

    mutating func emit(_ opcode: Opcode) { out.append(opcode.rawValue) }

    mutating func put(_ value: PythonValue) throws(PickleError) {
        switch value {
        case .none: emit(.none)
        case .bool(let isTrue): emit(isTrue ? .newTrue : .newFalse)
        case .int(let integer): put(integer)
        case .bigInt(let integer): try put(integer)
        case .float(let number):
            emit(.binFloat)
            out.append(bigEndian: number.bitPattern)
        case .str(let text): put(text)
        case .bytes(let bytes): put(bytes)
        case .tuple(let items): try putTuple(items)
        case .list(let items): try put(.emptyList, items, .appends)
        case .set(let items): try put(.emptySet, items, .addItems)
        case .dict(let dictionary): try put(dictionary)
        case .frozenset(let items):
            emit(.mark)
            try putNested(items)
            emit(.frozenSet)
        default: try putObject(value)
        }
    }

    /// Writes with the closure one level deeper.
    mutating func nest(_ body: (inout PickleWriter) throws(PickleError) -> Void) throws(PickleError) {
        guard depth < PickleLimits.standard.depth else {
            throw .notWritable("nested more than \(PickleLimits.standard.depth) deep")
        }
        depth += 1
        try body(&self)
        depth -= 1
    }

    private mutating func putNested(_ items: [PythonValue]) throws(PickleError) {
        try nest { (writer) throws(PickleError) in
            for item in items { try writer.put(item) }
        }
    }

    mutating func putTuple(_ items: [PythonValue]) throws(PickleError) {
        let ending: Opcode =
            switch items.count {
            case 0: .emptyTuple
            case 1: .tuple1
            case 2: .tuple2
            case 3: .tuple3
            default: .tuple
            }
        if ending == .tuple { emit(.mark) }
        try putNested(items)
        emit(ending)
    }

    private mutating func put(_ empty: Opcode, _ items: [PythonValue], _ fill: Opcode) throws(PickleError) {
        emit(empty)
        if items.isEmpty { return try nest { _ in } }
        emit(.mark)
        try putNested(items)
        emit(fill)
    }

    mutating func put(_ dictionary: PythonDictionary) throws(PickleError) {
        if dictionary.isOrderedDict {
            put("collections", "OrderedDict")
            emit(.emptyTuple)
            emit(.reduce)
        } else {
            emit(.emptyDict)
        }
        if dictionary.isEmpty { return try nest { _ in } }
        emit(.mark)
        try nest { (writer) throws(PickleError) in
            for (key, value) in dictionary.pairs {
                try writer.put(key)
                try writer.put(value)
            }
        }
        emit(.setItems)
    }
}

extension PickleWriter {
    mutating func put(_ integer: Int) {
        if let byte = UInt8(exactly: integer) {
            emit(.binInt1)
            out.append(byte)
        } else if let short = UInt16(exactly: integer) {
            emit(.binInt2)
            out.append(littleEndian: short)
        } else if let long = Int32(exactly: integer) {
            emit(.binInt)
            out.append(littleEndian: long)
        } else {
            // As Python counts, with a redundant byte for numbers such as -2^63.
            let count = (64 - integer.magnitude.leadingZeroBitCount) / 8 + 1
            emit(.long1)
            out.append(UInt8(count))
            for index in 0..<count { out.append(UInt8(truncatingIfNeeded: integer >> min(8 * index, 63))) }
        }
    }

    mutating func put(_ integer: BigInteger) throws(PickleError) {
        if let count = UInt8(exactly: integer.bytes.count) {
            emit(.long1)
            out.append(count)
        } else {
            guard let count = Int32(exactly: integer.bytes.count) else {
                throw .notWritable("an integer of more than 2 GiB")
            }
            emit(.long4)
            out.append(littleEndian: count)
        }
        out.append(contentsOf: integer.bytes)
    }

    mutating func put(_ text: String) {
        putLength(text.utf8.count, .shortBinUnicode, .binUnicode, .binUnicode8)
        out.append(contentsOf: text.utf8)
    }

    mutating func put(_ bytes: Bytes) {
        putLength(bytes.count, .shortBinBytes, .binBytes, .binBytes8)
        out.append(bytes)
    }

    /// Writes the instruction for this length, and the length.
    private mutating func putLength(_ count: Int, _ short: Opcode, _ long: Opcode, _ endless: Opcode) {
        if let count = UInt8(exactly: count) {
            emit(short)
            out.append(count)
        } else if let count = UInt32(exactly: count) {
            emit(long)
            out.append(littleEndian: count)
        } else {
            emit(endless)
            out.append(littleEndian: UInt64(count))
        }
    }
}
