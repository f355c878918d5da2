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
