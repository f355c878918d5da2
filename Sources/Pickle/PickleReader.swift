/// Reads a pickle of protocol 0 to 5 as data: no name in it is looked up, nothing is called.
///
/// Pickles are little programs for a machine with a stack. This machine knows the instructions and names that Python's
/// picklers use for the values of ``PythonValue`` and refuses all others.
public struct PickleReader {
    var input: PickleInput
    let limits: PickleLimits
    let unknown: UnknownClasses
    var allowance: Allowance
    /// Whether the pickle is of protocol 0 or 1, which have no number in front.
    private var isOld = true

    var stack: [Entry] = []
    /// The heights of the stack at which tuples and batches of items begin.
    var marks: [Int] = []
    var memo = Memo()
    /// The weight of everything on the stack.
    var weight = 0

    /// The value in a pickle.
    ///
    /// Bytes and arrays in it are stretches of the pickle, which they keep alive.
    public static func read(
        _ bytes: ArraySlice<UInt8>,
        limits: PickleLimits = .standard,
        unknownClasses: UnknownClasses = .refused
    ) throws(PickleError) -> PythonValue {
        var reader = PickleReader(bytes, limits, unknownClasses)
        return try reader.run()
    }

    private init(_ bytes: ArraySlice<UInt8>, _ limits: PickleLimits, _ unknown: UnknownClasses) {
        input = PickleInput(bytes)
        self.limits = limits
        self.unknown = unknown
        allowance = Allowance(byteCount: bytes.count, limits: limits)
        stack.reserveCapacity(16)
    }

    private mutating func run() throws(PickleError) -> PythonValue {
        try readProtocol()
        while true {
            let byte = try input.byte()
            guard let opcode = Opcode(rawValue: byte) else { throw refusal(byte) }
            if opcode == .stop { return try result() }
            try perform(opcode)
        }
    }

    private mutating func readProtocol() throws(PickleError) {
        let marker: UInt8 = 0x80
        guard input.next == marker else { return }
        _ = try input.byte()
        let number = try input.byte()
        guard (2...5).contains(number) else { throw .malformed("protocol \(number)") }
        isOld = false
    }

    private mutating func result() throws(PickleError) -> PythonValue {
        guard stack.count == 1, marks.isEmpty, input.isAtEnd else {
            throw .malformed("something left over at the end")
        }
        close(0)
        return try stack[0].item.value(unknown)
    }

    private func refusal(_ code: UInt8) -> PickleError { .refusedInstruction(code, offset: max(0, input.offset - 1)) }

    private mutating func perform(_ opcode: Opcode) throws(PickleError) {
        switch opcode {
        case .none: try push(.none)
        case .newTrue: try push(.bool(true))
        case .newFalse: try push(.bool(false))
        case .binInt1: try push(.int(Int(try input.byte())))
        case .binInt2: try push(.int(Int(try input.unsigned(bytes: 2))))
        case .binInt: try push(.int(Int(Int32(truncatingIfNeeded: try input.unsigned(bytes: 4)))))
        case .long1: try pushInteger(try input.stretch(lengthBytes: 1))
        case .long4: try pushInteger(try input.stretch(lengthBytes: 4))
        case .binFloat: try push(.float(Double(bitPattern: try input.unsigned(bytes: 8).byteSwapped)))
        case .shortBinUnicode: try pushText(try input.stretch(lengthBytes: 1))
        case .binUnicode: try pushText(try input.stretch(lengthBytes: 4))
        case .binUnicode8: try pushText(try input.stretch(lengthBytes: 8))
        case .shortBinBytes: try push(.bytes(Bytes(try input.stretch(lengthBytes: 1))))
        case .binBytes: try push(.bytes(Bytes(try input.stretch(lengthBytes: 4))))
        case .binBytes8: try push(.bytes(Bytes(try input.stretch(lengthBytes: 8))))
        case .byteArray8: try push(.bytearray(Bytes(try input.stretch(lengthBytes: 8))))
        default: try performOnStack(opcode)
        }
    }

    private mutating func performOnStack(_ opcode: Opcode) throws(PickleError) {
        switch opcode {
        case .mark: marks.append(stack.count)
        case .emptyTuple: try push(Entry(.value(.tuple([])), .emptyContainer, isOpen: false))
        case .tuple1: try pushTuple(count: 1)
        case .tuple2: try pushTuple(count: 2)
        case .tuple3: try pushTuple(count: 3)
        case .tuple: try pushTuple(from: try takeMark())
        case .emptyList: try pushContainer(.value(.list([])))
        case .append: try appendItems(from: try place(count: 1))
        case .appends: try appendItems(from: try takeMark())
        case .emptyDict: try pushContainer(.emptyDict)
        case .setItem: try setItems(from: try place(count: 2))
        case .setItems: try setItems(from: try takeMark())
        case .emptySet: try pushContainer(.value(.set([])))
        case .addItems: try addItems(from: try takeMark())
        case .frozenSet: try pushFrozenSet(from: try takeMark())
        case .memoize: try put(UInt32(memo.count))
        case .binPut: try put(UInt32(try input.byte()))
        case .longBinPut: try put(UInt32(try input.unsigned(bytes: 4)))
        case .binGet: try get(UInt32(try input.byte()))
        case .longBinGet: try get(UInt32(try input.unsigned(bytes: 4)))
        default: try performOnObjects(opcode)
        }
    }

    private mutating func performOnObjects(_ opcode: Opcode) throws(PickleError) {
        switch opcode {
        case .global: try pushGlobal()
        case .stackGlobal: try pushStackGlobal()
        case .reduce: try reduce()
        case .newObject: try makeObject()
        case .build: try build()
        case .frame:
            // Frames only tell how much to read at a time, but one that promises more than there is is not whole.
            let length = try input.unsigned(bytes: 8)
            guard length <= UInt64(input.count - input.offset) else { throw .truncated(offset: input.count) }
        default:
            guard isOld else { throw refusal(opcode.rawValue) }
            try performText(opcode)
        }
    }
}
