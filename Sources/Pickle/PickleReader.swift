/// A reader of pickles of protocols 0 to 5 that treats them as data: it imports no name and calls nothing.
///
/// A pickle is a program for a stack machine. This machine knows the instructions and names that Python's picklers use
/// for the values of ``PythonValue`` and refuses all others.
public struct PickleReader {
    var input: PickleInput
    let limits: PickleLimits
    let unknown: UnknownClasses
    var budget: WorkBudget
    /// Whether the pickle has protocol 0 or 1, which do not begin with a number.
    private var isOld = true

    var stack: [Entry] = []
    /// The heights of the stack at which tuples and groups of items begin.
    var marks: [Int] = []
    var memo = Memo()
    /// The weight of everything on the stack.
    var weight = 0

    /// Reads the value in a pickle.
    ///
    /// Bytes and arrays are parts of the pickle, which they keep alive.
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
        budget = WorkBudget(byteCount: bytes.count, limits: limits)
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
            throw .malformed("more than one value")
        }
        close(0)
        return try stack[0].item.value(unknown, &budget)
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
            // A frame's length is only a hint for reading, but one beyond the end means that the pickle is truncated.
            let length = try input.unsigned(bytes: 8)
            guard length <= UInt64(input.count - input.offset) else { throw .truncated(offset: input.count) }
        default:
            guard isOld else { throw refusal(opcode.rawValue) }
            try performText(opcode)
        }
    }
}

extension PickleReader {
    mutating func push(_ value: PythonValue) throws(PickleError) {
        try weigh(1)
        stack.append(Entry(value))
    }

    mutating func push(_ entry: Entry) throws(PickleError) {
        try weigh(Int(entry.size.weight))
        stack.append(entry)
    }

    mutating func pushContainer(_ item: Item) throws(PickleError) {
        try push(Entry(item, .emptyContainer, isOpen: true))
    }

    /// Counts values that are added to the stack.
    ///
    /// Values that move within the stack have already been counted.
    mutating func weigh(_ added: Int) throws(PickleError) {
        weight &+= added
        guard weight <= limits.weight else { throw .tooLarge("more than \(limits.weight) values") }
    }

    /// Takes the top entry off the stack.
    mutating func pop() throws(PickleError) -> Entry {
        close(try place(count: 1))
        let entry = stack.removeLast()
        weight &-= Int(entry.size.weight)
        return entry
    }

    /// Drops the entries from a place on, which have become part of another entry.
    mutating func removeEntries(from start: Int) {
        while stack.count > start { stack.removeLast() }
    }

    /// The place of the first of the top `count` entries, which must not reach below the last mark.
    func place(count: Int) throws(PickleError) -> Int {
        let place = stack.count &- count
        guard place >= marks.last ?? 0 else { throw .malformed("nothing on the stack") }
        return place
    }

    /// Removes the last mark and returns the place of the first entry above it.
    mutating func takeMark() throws(PickleError) -> Int {
        guard let mark = marks.popLast() else { throw .malformed("no mark on the stack") }
        return mark
    }

    /// Finishes an entry that becomes part of another one or is fetched a second time.
    ///
    /// Picklers change nothing afterwards, except in values that contain themselves. Those are not supported.
    mutating func close(_ place: Int) {
        if stack[place].isOpen, case .value(.set(let items)) = stack[place].item {
            stack[place].item = .value(.set(DictionaryKey.distinct(items)))
        }
        stack[place].isOpen = false
        guard let key = stack[place].memoKey else { return }
        stack[place].memoKey = nil
        memo.settle(key, from: place, as: .finished(stack[place].item, stack[place].size))
    }

    /// Stores the top entry in the memo and leaves it on the stack.
    mutating func put(_ key: UInt32) throws(PickleError) {
        guard memo.count < limits.weight else { throw .tooLarge("more than \(limits.weight) values in the memo") }
        let place = try place(count: 1)
        guard stack[place].isOpen else {
            return memo.store(.finished(stack[place].item, stack[place].size), under: key)
        }
        guard stack[place].memoKey == nil else { throw .malformed("a container stored in the memo twice") }
        stack[place].memoKey = key
        memo.store(.onStack(place), under: key)
    }

    /// Fetches an item from the memo.
    mutating func get(_ key: UInt32) throws(PickleError) {
        switch memo[key] {
        case .finished(let item, let size): try push(Entry(item, size, isOpen: false))
        case .onStack(let place):
            close(place)
            try push(stack[place])
        case nil: throw .malformed("nothing in the memo under \(key)")
        }
    }
}

/// The supported instructions, named as in Python's `pickletools`.
enum Opcode: UInt8 {
    case stop = 0x2E, frame = 0x95

    case none = 0x4E, newTrue = 0x88, newFalse = 0x89
    case binInt = 0x4A, binInt1 = 0x4B, binInt2 = 0x4D, long1 = 0x8A, long4 = 0x8B, binFloat = 0x47
    case shortBinUnicode = 0x8C, binUnicode = 0x58, binUnicode8 = 0x8D
    case shortBinBytes = 0x43, binBytes = 0x42, binBytes8 = 0x8E, byteArray8 = 0x96

    case mark = 0x28
    case emptyTuple = 0x29, tuple1 = 0x85, tuple2 = 0x86, tuple3 = 0x87, tuple = 0x74
    case emptyList = 0x5D, append = 0x61, appends = 0x65
    case emptyDict = 0x7D, setItem = 0x73, setItems = 0x75
    case emptySet = 0x8F, addItems = 0x90, frozenSet = 0x91

    case memoize = 0x94, binPut = 0x71, longBinPut = 0x72, binGet = 0x68, longBinGet = 0x6A

    case global = 0x63, stackGlobal = 0x93, reduce = 0x52, newObject = 0x81, build = 0x62

    // Protocols 0 and 1, with lines of text.
    case int = 0x49, long = 0x4C, float = 0x46, unicode = 0x56, put = 0x70, get = 0x67, list = 0x6C, dict = 0x64
}
