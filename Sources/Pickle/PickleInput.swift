/// The bytes of a pickle, with the reading position.
struct PickleInput {
    private let bytes: ArraySlice<UInt8>
    private var position: Int

    init(_ bytes: ArraySlice<UInt8>) {
        self.bytes = bytes
        position = bytes.startIndex
    }

    var count: Int { bytes.count }
    var isAtEnd: Bool { position == bytes.endIndex }
    /// The number of bytes read so far.
    var offset: Int { position - bytes.startIndex }
    /// The next byte, without reading it.
    var next: UInt8? { isAtEnd ? nil : bytes[position] }

    private var truncation: PickleError { .truncated(offset: bytes.count) }

    mutating func byte() throws(PickleError) -> UInt8 {
        guard position < bytes.endIndex else { throw truncation }
        let byte = bytes[position]
        position &+= 1
        return byte
    }

    /// Reads an unsigned little-endian number.
    mutating func unsigned(bytes width: Int) throws(PickleError) -> UInt64 {
        guard bytes.endIndex &- position >= width else { throw truncation }
        var value: UInt64 = 0
        for index in 0..<width { value |= UInt64(bytes[position &+ index]) << UInt64(8 &* index) }
        position &+= width
        return value
    }

    /// Reads bytes whose length precedes them, in a number of `width` bytes.
    mutating func stretch(lengthBytes width: Int) throws(PickleError) -> ArraySlice<UInt8> {
        try stretch(try unsigned(bytes: width))
    }

    /// Takes bytes without copying them.
    ///
    /// A length beyond the end allocates nothing.
    mutating func stretch(_ length: UInt64) throws(PickleError) -> ArraySlice<UInt8> {
        guard length <= UInt64(bytes.endIndex &- position) else { throw truncation }
        let start = position
        position &+= Int(length)
        return bytes[start..<position]
    }

    /// Reads up to the next line feed and skips it.
    mutating func line(limit: Int) throws(PickleError) -> ArraySlice<UInt8> {
        let end = min(bytes.endIndex, position &+ min(limit, bytes.count) &+ 1)
        guard let feed = bytes[position..<end].firstIndex(of: 0x0A) else {
            throw end == bytes.endIndex ? truncation : .malformed("line of more than \(limit) bytes")
        }
        defer { position = feed &+ 1 }
        return bytes[position..<feed]
    }
}

/// The memo of a pickle: items stored under numbers, to be used again.
struct Memo {
    enum Slot {
        case finished(Item, Size)
        /// A container that is still being filled, at this place on the stack.
        case onStack(Int)
    }

    /// The slots from 0 on.
    ///
    /// It grows one slot at a time, so that no number from the wire decides how much is allocated.
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

    /// Replaces a place on the stack by the finished item, unless the number has been reused.
    mutating func settle(_ key: UInt32, from place: Int, as slot: consuming Slot) {
        guard case .onStack(place) = self[key] else { return }
        store(slot, under: key)
    }
}

/// An entry of a pickle's stack.
struct Entry {
    var item: Item
    var size: Size
    /// Whether instructions may still change the item.
    ///
    /// They may not once it is part of another one.
    var isOpen: Bool
    /// The number in the memo that stands for this item until it is finished.
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
