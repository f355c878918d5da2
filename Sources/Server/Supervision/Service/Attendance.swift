internal import Devices
internal import Threads

/// Which definitions are served, for whoever wants to know when that changes, and why others are not.
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
        var failures: [String: Failure] = [:]
        /// When the log last got the reason.
        var tellTimes: [String: Double] = [:]
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
        change { state in
            guard state.presences[name] != nil else { return }
            state.presences[name] = presence
            guard presence == .served, state.failures[name]?.recoveryTime == nil else { return }
            state.failures[name]?.recoveryTime = Timestamp.now
        }
    }

    /// How often a reason that stays the same is told again.
    private static let reminderInterval = 3600.0

    /// Tells why a definition is missing.
    ///
    /// - Parameter delay: after how long it is tried again.
    /// - Returns: whether that is to be logged: it is new, or has not been told for an hour.
    func fail(_ name: String, _ reason: String, retryIn delay: Duration = .zero, at now: Double = Timestamp.now) -> Bool
    {
        defer { changed.yield() }
        return state.update { state in
            guard state.presences[name] != nil else { return true }
            state.presences[name] = .missing
            let last = state.failures[name]
            let retryTime = delay == .zero ? nil : now + delay / .seconds(1)
            state.failures[name] = Failure(reason: reason, time: now, retryTime: retryTime)
            if let last, last.reason == reason, last.recoveryTime == nil, let time = state.tellTimes[name],
                time <= now, now < time + Self.reminderInterval
            {
                return false
            }
            state.tellTimes[name] = now
            return true
        }
    }

    /// Why a definition was last missing; nil if it never was.
    func failure(of name: String) -> Failure? { state.withLock { $0.failures[name] } }

    func remove(_ name: String) {
        change { state in
            state.presences[name] = nil
            state.failures[name] = nil
            state.tellTimes[name] = nil
        }
    }

    /// Takes those that are still awaited for missing, as far as ``isSettled`` is concerned.
    func endWait() { change { $0.isWaitOver = true } }

    private func change(_ body: (inout State) -> Void) {
        state.update(body)
        changed.yield()
    }

    /// Whether every definition has been served or has failed at least once, or nobody waits for that any more.
    var isSettled: Bool {
        state.withLock { state in state.isWaitOver || !state.presences.values.contains(.awaited) }
    }

    /// Waits until it is known whether a definition is served; nil when the limit has passed before, or it is no more.
    func presence(of name: String, within limit: Duration) -> Presence? {
        let presence: Presence?? = state.wait(within: limit) { state in
            let presence = state.presences[name]
            return presence == .awaited ? nil : .some(presence)
        }
        return presence ?? nil
    }

    /// How many are served and which are not: `2 of 3 definitions are served; not: RedCamera`.
    var summary: String {
        let presences = state.withLock(\.presences)
        let absent = presences.filter { $0.value != .served }.keys.sorted()
        let count = "\(presences.count - absent.count) of \(presences.count) definitions are served"
        return absent.isEmpty ? count : "\(count); not: \(absent.joined(separator: ", "))"
    }
}
