internal import Devices
internal import Synchronization

/// Hands out frames of a ring, one for each trigger or one after the other.
final class PrebuiltSource: DataSource {
    private let state = TimedState(State())
    private let ring: Mutex<FrameRing>

    private enum Mode: Sendable {
        case stopped
        case triggered(waiting: Int)
        case freeRunning(due: ContinuousClock.Instant)
    }

    private struct State: Sendable {
        var mode = Mode.stopped
        /// Between two frames when nobody triggers.
        var period = Duration.zero
        /// How many frames there were since the start.
        var count: UInt64 = 0
    }

    init(_ ring: sending FrameRing) { self.ring = Mutex(ring) }

    var period: Duration {
        get { state.read(\.period) }
        set { state.update { state, _ in state.period = newValue } }
    }

    /// Begins to count from zero.
    func start(_ triggerMode: TriggerMode) {
        state.update { state, now in
            state.mode = triggerMode == .bulb ? .freeRunning(due: now) : .triggered(waiting: 0)
            state.count = 0
        }
    }

    func stop() { state.update { state, _ in state.mode = .stopped } }

    /// Counts only while each trigger gives a frame.
    func trigger() {
        state.update { state, _ in
            guard case .triggered(let waiting) = state.mode else { return }
            state.mode = .triggered(waiting: waiting + 1)
        }
    }

    func next(within limit: Duration) -> Datum? {
        guard let number = state.next(within: limit, Self.take) else { return nil }
        return Datum(ring.withLock { $0.next(numbered: number) }, at: Timestamp.now)
    }

    func interrupt() { state.interrupt() }

    /// Running freely without a period, it makes a frame whenever one is asked for.
    var isOnDemand: Bool {
        state.read { state in
            guard case .freeRunning = state.mode else { return false }
            return state.period == .zero
        }
    }

    /// The number of the next frame, once there is one.
    private static func take(_ state: inout State, now: ContinuousClock.Instant) -> Search<UInt64> {
        switch state.mode {
        case .stopped, .triggered(waiting: 0): return .notYet
        case .triggered(let waiting): state.mode = .triggered(waiting: waiting - 1)
        case .freeRunning(let due):
            guard due <= now else { return .notBefore(due) }
            // A reader that was late gets one frame at once, not all that it missed.
            state.mode = .freeRunning(due: max(due + state.period, now - state.period))
        }
        defer { state.count += 1 }
        return .found(state.count)
    }
}
