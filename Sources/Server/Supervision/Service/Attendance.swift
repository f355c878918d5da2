internal import Threads

/// Which definitions are served, for whoever wants to know when that changes.
final class Attendance: Sendable {
    enum Presence: Sendable {
        /// Nobody knows yet: it is being opened for the first time.
        case awaited
        case served
        /// It could not be opened, or its worker has ended; it is tried again.
        case missing
    }

    private struct State {
        var presences: [String: Presence] = [:]
        var isWaitOver = false
    }

    private let state = Monitor(State())
    /// Comes after each change, and once at the start.
    let changes: AsyncStream<Void>
    private let changed: AsyncStream<Void>.Continuation

    init() {
        (changes, changed) = AsyncStream<Void>.makeStream(bufferingPolicy: .bufferingNewest(1))
        changed.yield()
    }

    func add(_ name: String) { change { $0.presences[name] = .awaited } }

    /// Tells of a definition that has been added; another one is no more, and does not count.
    func note(_ name: String, _ presence: Presence) {
        change { state in if state.presences[name] != nil { state.presences[name] = presence } }
    }

    func remove(_ name: String) { change { $0.presences[name] = nil } }

    /// Takes those that are still awaited for missing, as far as ``isSettled`` is concerned.
    func endWait() { change { $0.isWaitOver = true } }

    private func change(_ body: (inout State) -> Void) {
        state.withLock(body)
        changed.yield()
    }

    /// Whether every definition has been served or has failed at least once, or nobody waits for that any more.
    var isSettled: Bool {
        state.withLock { state in state.isWaitOver || !state.presences.values.contains(.awaited) }
    }

    /// How many are served and which are not: `2 of 3 definitions are served; not: RedCamera`.
    var summary: String {
        let presences = state.withLock(\.presences)
        let absent = presences.filter { $0.value != .served }.keys.sorted()
        let count = "\(presences.count - absent.count) of \(presences.count) definitions are served"
        return absent.isEmpty ? count : "\(count); not: \(absent.joined(separator: ", "))"
    }
}
