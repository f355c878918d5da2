internal import Pickle
internal import Threads

/// Those who registered for a device's data: the one that came last gets them, until it is taken off again.
final class ClientStack: Sendable {
    private struct Entry {
        let uri: PyroURI?
        let receiver: any DataReceiver
    }

    private let entries = Monitor<[Entry]>([])
    private let connect: @Sendable (PyroURI, ClientStack) -> ClientLink

    /// The most that are remembered; the oldest registrations give way.
    private static let limit = 100
    private let changed: @Sendable ([PyroURI]) -> Void

    /// - Parameters:
    ///   - changed: told the clients from the first to the last, whenever others have come or some have gone.
    ///   - connect: makes the link to a client.
    init(
        changed: @escaping @Sendable ([PyroURI]) -> Void,
        connect: @escaping @Sendable (PyroURI, ClientStack) -> ClientLink
    ) {
        self.changed = changed
        self.connect = connect
    }

    func push(_ uri: PyroURI) {
        entries.withLock { entries in
            // A client that registers again has one link still, and one queue.
            let known = entries.first { $0.uri == uri }?.receiver
            entries.append(Entry(uri: uri, receiver: known ?? connect(uri, self)))
            // Programs that register with each enabling and never leave would let it grow without end.
            if entries.count(where: { $0.uri != nil }) > Self.limit,
                let oldest = entries.firstIndex(where: { $0.uri != nil })
            {
                close(entries.remove(at: oldest).receiver, ifNotIn: entries)
            }
            changed(entries.compactMap(\.uri))
        }
    }

    func push(_ receiver: any DataReceiver) {
        entries.withLock { $0.append(Entry(uri: nil, receiver: receiver)) }
    }

    /// Takes the last client off; with none there nothing happens, since it may just have been dropped as dead.
    func pop() {
        entries.withLock { entries in
            guard let place = entries.lastIndex(where: { $0.uri != nil }) else { return }
            close(entries.remove(at: place).receiver, ifNotIn: entries)
            changed(entries.compactMap(\.uri))
        }
    }

    /// Ends the link of a client that stands nowhere in the stack any more.
    private func close(_ receiver: any DataReceiver, ifNotIn entries: [Entry]) {
        if !entries.contains(where: { $0.receiver === receiver }) { (receiver as? ClientLink)?.close() }
    }

    /// Takes a receiver off wherever it stands.
    func remove(_ receiver: any DataReceiver) {
        entries.withLock { entries in
            let isClient = entries.contains { $0.receiver === receiver && $0.uri != nil }
            entries.removeAll { $0.receiver === receiver }
            if isClient { changed(entries.compactMap(\.uri)) }
        }
    }

    /// Takes a client off that has gone, and hands what it did not get to the one before it.
    ///
    /// - Returns: how many of these nobody took.
    func replace(_ client: ClientLink, leaving deliveries: [Delivery]) -> Int {
        entries.withLock { entries in
            entries.removeAll { $0.receiver === client }
            // Before others know of it, whose data come later.
            let lost = deliveries.count { !Self.offer($0, to: entries) }
            changed(entries.compactMap(\.uri))
            return lost
        }
    }

    /// Hands a datum to the last client that has a use for it; whether one has.
    @discardableResult
    func offer(_ delivery: Delivery) -> Bool {
        Self.offer(delivery, to: entries.withLock { $0 })
    }

    private static func offer(_ delivery: Delivery, to entries: [Entry]) -> Bool {
        entries.last { $0.receiver.offer(delivery) } != nil
    }

    /// Waits until the last client would take a datum at once; without any, for the limit.
    func waitForRoom(within limit: Duration) {
        guard let receiver = entries.withLock({ $0.last?.receiver }) else { return Pause.wait(for: limit) }
        receiver.waitForRoom(within: limit)
    }

    func streamEnded() {
        for entry in entries.withLock({ $0 }) { entry.receiver.streamEnded() }
    }

    /// The clients from the first to the last, each once.
    var uris: [PyroURI] {
        entries.withLock { entries in
            entries.compactMap(\.uri).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        }
    }

    func closeAll() {
        let all = entries.withLock { entries in
            defer { entries.removeAll() }
            return entries
        }
        for entry in all { (entry.receiver as? ClientLink)?.close() }
    }
}

/// Somebody to whom a device's data go.
protocol DataReceiver: AnyObject, Sendable {
    /// Takes a datum without waiting; false if it has no use for it.
    func offer(_ delivery: Delivery) -> Bool
    /// Waits until it would take a datum at once, or until the limit.
    func waitForRoom(within limit: Duration)
    /// There will be no more data for now.
    func streamEnded()
}

/// Waits for one datum: `grab_next_data`.
final class LocalReceiver: DataReceiver {
    private enum State {
        case waiting
        case arrived(Delivery)
        case ended
    }

    private let state = Monitor(State.waiting)

    func offer(_ delivery: Delivery) -> Bool {
        state.update { state in
            guard case .waiting = state else { return false }
            state = .arrived(delivery)
            return true
        }
    }

    func waitForRoom(within limit: Duration) {}

    func streamEnded() {
        state.update { state in
            if case .waiting = state { state = .ended }
        }
    }

    /// The datum, or nil if none has come within the limit or none will come any more.
    func next(within limit: Duration) -> Delivery? {
        let outcome: Delivery?? = state.wait(within: limit) { state in
            switch state {
            case .waiting: nil
            case .arrived(let delivery): .some(delivery)
            case .ended: .some(nil)
            }
        }
        return outcome ?? nil
    }
}
