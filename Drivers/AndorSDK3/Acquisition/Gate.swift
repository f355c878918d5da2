internal import Devices
internal import Threads

/// Lets one side at a time talk to a camera: calls, or the wait for an image.
///
/// The SDK is said to take calls from any thread, and was seen to crash when features are read during a wait, and to
/// confuse a wait when the acquisition is stopped by another thread. So waits are short, and calls go first.
final class Gate: Sendable {
    /// What people should know of the SDK: what was asked of it, and for how long it has not come back.
    enum Event: Sendable {
        case hangs(act: String, Duration)
        case isBack(act: String, Duration)
    }

    private enum User { case none, calls, waits }

    private struct State {
        var user = User.none
        /// Since when there is a user.
        var since = ContinuousClock.now
        /// What the user does not come back from, once that has been told.
        var hangingAct: String?
        /// How many calls are inside each other: the device makes one call at a time, which may consist of others.
        var depth = 0
        var callsWaiting = 0

        mutating func take(for user: User) {
            if self.user == .none { since = .now }
            self.user = user
        }

        /// Lets the other side in; what is to be told, if the user was told to hang.
        mutating func release() -> Event? {
            defer { (user, hangingAct) = (.none, nil) }
            return hangingAct.map { .isBack(act: $0, .now - since) }
        }
    }

    private let state = Monitor(State())
    /// How long the SDK may keep others waiting before it counts as hanging, which calls are then told.
    private let patience: Duration
    /// What is being asked of the SDK: `AT_WaitBuffer on VSC-1`.
    private let act: @Sendable () -> String
    private let tell: @Sendable (Event) -> Void

    init(
        patience: Duration,
        act: @escaping @Sendable () -> String = { "a call" },
        tell: @escaping @Sendable (Event) -> Void = { _ in }
    ) {
        (self.patience, self.act, self.tell) = (patience, act, tell)
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
        throw DeviceError(.failed, "the SDK has not come back for \(patience) from \(act())")
    }

    /// Whether the call that is being made is inside no other one.
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

    /// Tells once that the SDK hangs, if it does: many short calls keep others waiting as well.
    private func noteHang() {
        let event: Event? = state.withLock { state in
            let time = ContinuousClock.now - state.since
            guard state.user != .none, time >= patience, state.hangingAct == nil else { return nil }
            let act = act()
            state.hangingAct = act
            return .hangs(act: act, time)
        }
        if let event { tell(event) }
    }

    private func noteReturn(_ change: (inout State) -> Event?) {
        if let event = state.update(change) { tell(event) }
    }
}
