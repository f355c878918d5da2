internal import Devices
internal import Pickle
internal import Platform

/// A receiver of the data of a device.
protocol DataReceiver: AnyObject, Sendable {
    /// Takes a datum without waiting; false if the receiver has no use for it.
    func offer(_ datum: Datum) -> Bool
    /// Waits until the receiver would take a datum at once, or until the limit.
    func waitForRoom(within limit: Duration)
    /// Called when there will be no more data for now.
    func streamEnded()
}

/// The receivers that are registered for a device's data: the last one gets them, until it is removed.
final class Subscribers: Sendable {
    private struct Entry {
        let uri: PyroURI?
        let receiver: any DataReceiver
    }

    private let entries = Lock<[Entry]>([])
    private let connect: @Sendable (PyroURI, _ isKnown: Bool, Subscribers) -> Subscriber

    /// The most registrations that are kept; beyond it the oldest is dropped.
    private static let limit = 100
    private let changed: @Sendable ([PyroURI]) -> Void

    /// - Parameters:
    ///   - changed: called with the clients from the first to the last, whenever they have changed.
    ///   - connect: makes the connection to a client, which may be known from an earlier process.
    init(
        changed: @escaping @Sendable ([PyroURI]) -> Void,
        connect: @escaping @Sendable (PyroURI, _ isKnown: Bool, Subscribers) -> Subscriber
    ) {
        self.changed = changed
        self.connect = connect
    }

    func push(_ uri: PyroURI) { push([uri], areKnown: false) }

    /// Registers the clients of an earlier process again, the last of which gets the data.
    func restore(_ uris: [PyroURI]) { push(uris, areKnown: true) }

    private func push(_ uris: [PyroURI], areKnown: Bool) {
        guard !uris.isEmpty else { return }
        entries.withLock { entries in
            for uri in uris { push(uri, areKnown, to: &entries) }
            changed(entries.compactMap(\.uri))
        }
    }

    private func push(_ uri: PyroURI, _ isKnown: Bool, to entries: inout [Entry]) {
        // A client that registers again still has one connection, and one queue.
        let known = entries.first { $0.uri == uri }?.receiver
        entries.append(Entry(uri: uri, receiver: known ?? connect(uri, isKnown, self)))
        // Programs that register each time they enable and never leave would let it grow without end.
        guard entries.count(where: { $0.uri != nil }) > Self.limit,
            let oldest = entries.firstIndex(where: { $0.uri != nil })
        else { return }
        close(entries.remove(at: oldest).receiver, ifNotIn: entries)
    }

    func push(_ receiver: any DataReceiver) {
        entries.withLock { $0.append(Entry(uri: nil, receiver: receiver)) }
    }

    /// Removes the last client, if there is one: it may just have been dropped.
    func pop() {
        entries.withLock { entries in
            guard let place = entries.lastIndex(where: { $0.uri != nil }) else { return }
            close(entries.remove(at: place).receiver, ifNotIn: entries)
            changed(entries.compactMap(\.uri))
        }
    }

    /// Ends the connection to a client that is no longer registered.
    private func close(_ receiver: any DataReceiver, ifNotIn entries: [Entry]) {
        if !entries.contains(where: { $0.receiver === receiver }) { (receiver as? Subscriber)?.close() }
    }

    /// Removes all registrations of a receiver.
    func remove(_ receiver: any DataReceiver) {
        entries.withLock { entries in
            let isClient = entries.contains { $0.receiver === receiver && $0.uri != nil }
            entries.removeAll { $0.receiver === receiver }
            if isClient { changed(entries.compactMap(\.uri)) }
        }
    }

    /// Hands the data that a client did not get to the one before it, and removes the client if it has left for good.
    ///
    /// - Returns: how many of these nobody took.
    func replace(_ client: Subscriber, _ leaving: Subscriber.Leaving, _ data: [Datum]) -> Int {
        entries.withLock { entries in
            let wasThere = entries.contains { $0.receiver === client }
            if leaving == .forGood { entries.removeAll { $0.receiver === client } }
            // Under the lock, so that later data cannot overtake these. Callers wait for data that are still to come.
            let others = entries.filter { $0.receiver is Subscriber }
            let lost = data.count { !Self.offer($0, to: others) }
            if leaving == .forGood, wasThere { changed(entries.compactMap(\.uri)) }
            return lost
        }
    }

    /// What became of a datum.
    enum Outcome {
        /// It waits for a client.
        case queued
        /// A call that waited for it has it.
        case answered
        /// The client that would get it is absent.
        case missed
        /// Nobody is registered.
        case unwanted
    }

    /// Hands a datum to the last receiver that has a use for it.
    @discardableResult
    func offer(_ datum: Datum) -> Outcome {
        entries.withLock { entries in
            if let entry = Self.taker(of: datum, in: entries) {
                return entry.receiver is Subscriber ? .queued : .answered
            }
            let isMissed = entries.last { ($0.receiver as? Subscriber)?.miss() ?? false } != nil
            return isMissed ? .missed : .unwanted
        }
    }

    /// Hands a datum to the last of the callers that wait for the next one, and to no client.
    func wake(with datum: Datum) {
        _ = entries.withLock { $0 }.last { ($0.receiver as? LocalReceiver)?.offer(datum) ?? false }
    }

    private static func offer(_ datum: Datum, to entries: [Entry]) -> Bool { taker(of: datum, in: entries) != nil }

    private static func taker(of datum: Datum, in entries: [Entry]) -> Entry? {
        entries.last { $0.receiver.offer(datum) }
    }

    /// Waits until the last receiver that is not absent would take a datum at once; without any, for the limit.
    func waitForRoom(within limit: Duration) {
        let present = entries.withLock { entries in
            entries.last { ($0.receiver as? Subscriber)?.absence == nil }?.receiver
        }
        guard let receiver = present else { return Pause.wait(for: limit) }
        receiver.waitForRoom(within: limit)
    }

    /// Whether a client that is not absent would take a datum at once.
    var hasRoom: Bool {
        entries.withLock { entries in
            entries.contains { ($0.receiver as? Subscriber)?.hasRoom ?? true }
        }
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

    /// The clients that cannot be reached.
    var absent: [StreamStatus.AbsentClient] {
        let clients = entries.withLock { entries in
            entries.compactMap { $0.receiver as? Subscriber }
                .reduce(into: [Subscriber]()) { list, client in
                    if !list.contains(where: { $0 === client }) { list.append(client) }
                }
        }
        return clients.compactMap { client in
            client.absence.map { .init(uri: client.uri.text, since: $0.since, missed: $0.missed) }
        }
    }

    func closeAll() {
        let all = entries.withLock { entries in
            defer { entries.removeAll() }
            return entries
        }
        for entry in all { (entry.receiver as? Subscriber)?.close() }
    }
}

/// A caller that waits for one datum: `grab_next_data`.
final class LocalReceiver: DataReceiver {
    private enum State {
        case waiting
        case arrived(Datum)
        case ended
    }

    private let state = Lock(State.waiting)

    func offer(_ datum: Datum) -> Bool {
        state.update { state in
            guard case .waiting = state else { return false }
            state = .arrived(datum)
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
    func next(within limit: Duration) -> Datum? {
        let outcome: Datum?? = state.wait(within: limit) { state in
            switch state {
            case .waiting: nil
            case .arrived(let datum): .some(datum)
            case .ended: .some(nil)
            }
        }
        return outcome ?? nil
    }
}
