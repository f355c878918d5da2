internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// A subscriber to the data of a device: its queue, the frames that it holds, its credit and its counts.
///
/// The thread that reads the device offers data and never waits. Where the data can be sent without waiting, a packet that
/// names a slot, that thread sends them itself: waking another one for it would cost more.
final class FrameSubscriber: Sendable {
    struct State {
        var waiting: [FrameNote] = []
        var credit = 0
        /// The frames in slots that the client has, by their slots.
        var lent: [UInt32: [Frame]] = [:]
        var lentCount = 0
        /// The slots that the client has mapped.
        var known: [UInt32: WeakSlot] = [:]
        /// The bytes of frames that wait, are being sent, or are lent.
        var bytes = 0
        var isSending = false
        /// Whether the client has the answer to its subscription, before which nothing else may come.
        var isWelcome: Bool
        /// Whether the device sends.
        var isDeviceSending: Bool
        /// Whether the client has not read what was sent before.
        var isBlocked = false
        /// What was lost since the last record.
        var lost = PlacesOfLoss()
        var counts = SubscriberCounts()
        /// The generation of the settings that the client knows.
        var generation: Int
        var news: [Bool] = []
        var end: FrameRefusal?
        var isOver = false

        mutating func lose(_ count: Int = 1, at place: PlacesOfLoss.Place) {
            lost[place] += count
            counts.lost[place] += count
        }

        mutating func takeLost() -> PlacesOfLoss {
            defer { lost = PlacesOfLoss() }
            return lost
        }
    }

    struct WeakSlot {
        weak var slot: FrameSlot?
    }

    let wanted: Subscription
    /// The client's address or process.
    let peer: String
    let budget: FrameBudget
    let wakeup: Wakeup
    let state: Lock<State>
    /// The socket to a client on this machine; nil for one on a connection of its own.
    let socket: PacketSocket?
    /// Called without any lock when there is room for more.
    let hasMoreRoom: @Sendable () -> Void

    init(
        _ wanted: Subscription,
        from peer: String,
        on socket: PacketSocket?,
        budget: FrameBudget,
        generation: Int,
        isSending: Bool,
        hasMoreRoom: @escaping @Sendable () -> Void
    ) throws(SystemError) {
        (self.wanted, self.peer, self.socket, self.budget) = (wanted, peer, socket, budget)
        self.hasMoreRoom = hasMoreRoom
        wakeup = try Wakeup()
        state = Lock(
            State(isWelcome: socket == nil, isDeviceSending: isSending, generation: generation)
        )
    }

    // MARK: On the thread that reads the device

    func offer(_ note: FrameNote) {
        let mustWake = state.withLock { state -> Bool in
            guard state.end == nil, !state.isOver, enqueue(note, &state) else { return false }
            guard let socket else { return canSend(state) }
            return sendReady(on: socket, &state)
        }
        if mustWake { wakeup.signal() }
    }

    /// Adds a datum to those that wait, in place of the oldest if there is no room; false if it has no place at all.
    private func enqueue(_ note: FrameNote, _ state: inout State) -> Bool {
        while state.waiting.count >= wanted.queue { dropOldest(&state) }
        while !budget.take(note.byteCount, holding: state.bytes) {
            guard !state.waiting.isEmpty else {
                state.lose(at: .client)
                return false
            }
            dropOldest(&state)
        }
        state.bytes += note.byteCount
        state.waiting.append(note)
        return true
    }

    private func dropOldest(_ state: inout State) {
        giveBack(state.waiting.removeFirst().byteCount, &state)
        guard wanted.policy == .all else { return state.counts.skipped += 1 }
        // It was ready for it, and its connection did not take it.
        let isWaitedFor = socket == nil && (state.isSending || state.credit > 0)
        state.lose(at: isWaitedFor ? .network : .client)
    }

    func giveBack(_ bytes: Int, _ state: inout State) {
        guard !state.isOver else { return }
        state.bytes -= bytes
        budget.giveBack(bytes)
    }

    func noteLost(_ count: Int, at place: PlacesOfLoss.Place) { state.withLock { $0.lose(count, at: place) } }

    func noteSending(_ isSending: Bool) {
        state.withLock { ($0.news, $0.isDeviceSending) = ([isSending], isSending) }
        wakeup.signal()
    }

    /// Ends the subscription.
    func end(_ reason: FrameRefusal) {
        state.withLock { if $0.end == nil { $0.end = reason } }
        wakeup.signal()
    }

    /// Whether a datum that came now would be sent at once.
    func hasRoom(for count: Int = 1) -> Bool {
        state.withLock { state in
            state.waiting.isEmpty && !state.isSending && state.end == nil && !state.isOver && state.credit >= 1
                && (wanted.policy == .newest || min(state.credit, slotsLeft(state)) >= count)
        }
    }

    private func slotsLeft(_ state: State) -> Int { socket == nil ? Int.max : wanted.hold - state.lentCount }

    // MARK: What may be sent

    /// Whether the first datum that waits may be sent now.
    func canSend(_ state: State) -> Bool {
        guard let first = state.waiting.first, !state.isSending, state.isWelcome else { return false }
        guard first.isFrame else { return wanted.policy == .all || state.credit > 0 }
        return state.credit > 0 && slotsLeft(state) > 0
    }

    /// Removes the first datum to send it, and uses up its credit.
    func takeFirst(_ state: inout State) -> FrameNote {
        let note = state.waiting.removeFirst()
        if note.isFrame || wanted.policy == .newest { state.credit -= 1 }
        return note
    }

    /// Drops what waits.
    func dropAll() {
        state.withLock { state in
            for note in state.waiting { giveBack(note.byteCount, &state) }
            state.waiting = []
        }
    }

    /// Counts the end of everything that the subscriber held.
    func leave() {
        state.withLock { state in
            state.isOver = true
            budget.giveBack(state.bytes)
            (state.bytes, state.waiting, state.lent, state.known, state.lentCount) = (0, [], [:], [:], 0)
        }
        hasMoreRoom()
    }

    // MARK: What clients send

    /// Takes a record of the client; returns the answer, if there is one.
    func take(_ request: FrameRecord.Request, _ number: Int) throws(FrameRefusal) -> (header: [UInt8], extra: [UInt8])?
    {
        switch request {
        case .subscribe: throw FrameRefusal(.malformed, "there is a subscription already")
        case .unsubscribe: throw FrameRefusal(.unsubscribed, "as the client wanted")
        case .ping: return FrameRecord.plain(.counts, status(number))
        case .give(let credit, let slots):
            state.withLock { state in
                state.credit = min(Self.mostCredit, state.credit + min(credit, Self.mostCredit))
                for slot in slots { takeBack(slot, &state) }
                if let socket { _ = sendReady(on: socket, &state) }
            }
            hasMoreRoom()
            return nil
        }
    }

    private static let mostCredit = 65_536

    private func takeBack(_ slot: UInt32, _ state: inout State) {
        guard let frame = state.lent[slot]?.popLast() else { return state.counts.refused += 1 }
        if state.lent[slot]?.isEmpty == true { state.lent[slot] = nil }
        state.lentCount -= 1
        giveBack(frame.pixels.count, &state)
    }

    private func status(_ number: Int) -> PythonValue {
        state.withLock { state in
            .dict([
                "sent": .int(state.counts.sent), "lost": state.counts.lost.value, "skipped": .int(state.counts.skipped),
                "held": .int(state.lentCount), "waiting": .int(state.waiting.count), "bytes": .int(state.bytes),
                "refused": .int(state.counts.refused), "number": .int(number),
                "sending": .bool(state.isDeviceSending),
            ])
        }
    }
}
