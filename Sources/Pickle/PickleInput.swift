/// The bytes of a pickle and how far they have been read.
struct PickleInput {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var count: Int { bytes.count }
    var isAtEnd: Bool { position == bytes.endIndex }
    /// How many bytes have been read.
    var offset: Int { position - bytes.startIndex }
    /// The next byte, left where it is.
    var next: UInt8? { isAtEnd ? nil : bytes[position] }

    private var truncation: PickleError { .truncated(offset: bytes.count) }

    mutating func byte() throws(PickleError) -> UInt8 {
        guard position < bytes.endIndex else { throw truncation }
        let byte = bytes[position]
        position &+= 1
        return byte
    }

    /// An unsigned number of so many bytes, the least significant first.
    mutating func unsigned(bytes width: Int) throws(PickleError) -> UInt64 {
        guard bytes.endIndex &- position >= width else { throw truncation }
        var value: UInt64 = 0
        for index in 0..<width { value |= UInt64(bytes[position &+ index]) << UInt64(8 &* index) }
        position &+= width
        return value
    }

    /// A stretch whose length stands in so many bytes before it.
    mutating func stretch(lengthBytes width: Int) throws(PickleError) -> ArraySlice<UInt8> {
        try stretch(try unsigned(bytes: width))
    }

    /// So many bytes, which stay where they are; nothing is set aside for a length that is not there.
    mutating func stretch(_ length: UInt64) throws(PickleError) -> ArraySlice<UInt8> {
        guard length <= UInt64(bytes.endIndex &- position) else { throw truncation }
        let start = position
        position &+= Int(length)
        return bytes[start..<position]
    }

    /// The bytes up to the next line feed, which is skipped.
    mutating func line(limit: Int) throws(PickleError) -> ArraySlice<UInt8> {
        let end = min(bytes.endIndex, position &+ min(limit, bytes.count) &+ 1)
        guard let feed = bytes[position..<end].firstIndex(of: 0x0A) else {
            throw end == bytes.endIndex ? truncation : .malformed("line of more than \(limit) bytes")
        }
        defer { position = feed &+ 1 }
        return bytes[position..<feed]
    }
}

/// What a pickle has set aside under numbers, to be fetched again.
struct Memo {
    enum Slot {
        case finished(Item, Size)
        /// A container that is still being filled, at this place of the stack.
        case onStack(Int)
    }

    /// The slots from 0 on.
    ///
    /// It grows one by one only, so that no number from the wire decides how much is allocated.
    private var slots: [Slot] = []
    private var others: [UInt32: Slot] = [:]

    init() { slots.reserveCapacity(16) }

    var count: Int { slots.count + others.count }

    subscript(key: UInt32) -> Slot? { key < slots.count ? slots[Int(key)] : others[key] }

    mutating func store(_ slot: consuming Slot, under key: UInt32) {
        if key == slots.count, others.isEmpty {
            slots.append(slot)
        } else if key < slots.count {
            slots[Int(key)] = slot
        } else {
            others[key] = slot
        }
    }

    /// Replaces the place on the stack by what was there, unless the number has been used for something else.
    mutating func settle(_ key: UInt32, from place: Int, as slot: consuming Slot) {
        guard case .onStack(place) = self[key] else { return }
        store(slot, under: key)
    }
}

/// A place on the stack of a pickle.
struct Entry {
    var item: Item
    var size: Size
    /// Whether instructions may still change what is here; they may not once it has been put into something else.
    var isOpen: Bool
    /// The number under which the memo waits for what is here to be finished.
    var memoKey: UInt32?

    init(_ value: PythonValue) {
        item = .value(value)
        size = .leaf
        isOpen = false
    }

    init(_ item: Item, _ size: Size, isOpen: Bool) {
        self.item = item
        self.size = size
        self.isOpen = isOpen
    }
}
