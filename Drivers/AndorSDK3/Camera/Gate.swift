internal import Devices
internal import Threads

/// Lets one side at a time talk to a camera: calls, or the wait for an image.
///
/// The SDK is said to take calls from any thread, and was seen to crash when features are read during a wait, and to
/// confuse a wait when the acquisition is stopped by another thread. So waits are short, and calls go first.
final class Gate: Sendable {
    private enum User { case none, calls, waits }

    private struct State {
        var user = User.none
        /// How many calls are inside each other: the device makes one call at a time, which may consist of others.
        var depth = 0
        var callsWaiting = 0
    }

    private let state = Monitor(State())
    /// How long a wait may keep a call waiting, which is then told that the SDK hangs.
    private let patience: Duration

    init(patience: Duration) { self.patience = patience }

    /// Makes a call, which may make others in the same way.
    func call<Result>(_ body: () throws -> Result) throws -> Result {
        try enter()
        defer {
            state.update { state in
                state.depth -= 1
                if state.depth == 0 { state.user = .none }
            }
        }
        return try body()
    }

    private func enter() throws {
        state.withLock { $0.callsWaiting += 1 }
        defer { state.update { $0.callsWaiting -= 1 } }
        let isIn = state.wait(within: patience) { state -> Bool? in
            guard state.user != .waits else { return nil }
            state.user = .calls
            state.depth += 1
            return true
        }
        guard isIn != nil else { throw DeviceError(.failed, "the SDK has not come back for \(patience)") }
    }

    /// Waits for an image, or does what a wait has found to be necessary.
    func wait<Result>(_ body: () throws -> Result) rethrows -> Result {
        _ = state.wait { state -> Bool? in
            guard state.user == .none, state.callsWaiting == 0 else { return nil }
            state.user = .waits
            return true
        }
        defer { state.update { $0.user = .none } }
        return try body()
    }
}
