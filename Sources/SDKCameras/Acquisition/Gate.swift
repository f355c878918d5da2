internal import Devices
internal import Platform

/// A gate that admits one side at a time to a camera: calls, or the wait for an image.
///
/// Vendors state that calls may come from any thread. Reading features during a wait has crashed an SDK, though, and
/// stopping the acquisition from another thread has confused a wait. So waits are short, and calls go first.
final class Gate: Sendable {
    /// A hang of the SDK: the call, and how long it has taken.
    enum Event: Sendable {
        case hangs(act: String, Duration)
        case isBack(act: String, Duration)
    }

    private enum User { case none, calls, waits }

    private struct State {
        var user = User.none
        /// The time since which there is a user.
        var since = ContinuousClock.now
        /// The call from which the user does not return, once that has been reported.
        var hangingAct: String?
        /// The depth of nested calls: the device makes one call at a time, which may consist of others.
        var depth = 0
        var callsWaiting = 0

        mutating func take(for user: User) {
            if self.user == .none { since = .now }
            self.user = user
        }

        /// Admits the other side.
        ///
        /// Returns the event to report if the user had been reported as hanging.
        mutating func release() -> Event? {
            defer { (user, hangingAct) = (.none, nil) }
            return hangingAct.map { .isBack(act: $0, .now - since) }
        }
    }

    private let state = Lock(State())
    /// The time after which the SDK counts as hanging, and calls that wait for it fail.
    private let patience: Duration
    /// The current call and its camera.
    private let act: @Sendable () -> String
    private let report: @Sendable (Event) -> Void

    init(
        patience: Duration,
        act: @escaping @Sendable () -> String = { "a call" },
        report: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        (self.patience, self.act, self.report) = (patience, act, report)
    }

    /// Makes a call, which may make others in the same way.
    func call<Result>(_ body: () throws -> Result) throws -> Result {
        try enter()
        defer {
            noteReturn { state in
                state.depth -= 1
                return state.depth == 0 ? state.release() : nil
            }
        }
        return try body()
    }

    private func enter() throws {
        state.withLock { $0.callsWaiting += 1 }
        defer { state.update { $0.callsWaiting -= 1 } }
        let isIn = state.wait(within: patience) { state -> Bool? in
            guard state.user != .waits else { return nil }
            state.take(for: .calls)
            state.depth += 1
            return true
        }
        guard isIn == nil else { return }
        noteHang()
        throw DeviceError(.failed, "the SDK hangs: \(act()) has not returned for \(patience)")
    }

    /// Whether the current call is not nested in another one.
    var isOutermost: Bool { state.withLock { $0.depth == 1 } }

    /// Waits for an image, or does what a wait has found to be necessary.
    func wait<Result>(_ body: () throws -> Result) rethrows -> Result {
        while state.wait(within: patience, Self.admitWait) == nil { noteHang() }
        defer { noteReturn { $0.release() } }
        return try body()
    }

    private static func admitWait(_ state: inout State) -> Bool? {
        guard state.user == .none, state.callsWaiting == 0 else { return nil }
        state.take(for: .waits)
        return true
    }

    /// Reports a hang once.
    ///
    /// Many short calls can keep others waiting as well, and are not a hang.
    private func noteHang() {
        let event: Event? = state.withLock { state in
            let time = ContinuousClock.now - state.since
            guard state.user != .none, time >= patience, state.hangingAct == nil else { return nil }
            let act = act()
            state.hangingAct = act
            return .hangs(act: act, time)
        }
        if let event { report(event) }
    }

    private func noteReturn(_ change: (inout State) -> Event?) {
        if let event = state.update(change) { report(event) }
    }
}
