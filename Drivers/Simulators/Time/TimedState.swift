internal import Threads

/// State that a device shares with the thread that reads its data, and that changes as time passes.
///
/// Whoever waits on it is woken by a change, by the time that it named, or by an interruption; nothing is polled.
final class TimedState<State: Sendable>: Sendable {
    private let shared: Monitor<Shared>

    private struct Shared: Sendable {
        var state: State
        var isInterrupted = false
    }

    init(_ state: State) { shared = Monitor(Shared(state: state)) }

    func read<Result>(_ body: (State) -> Result) -> Result { shared.withLock { body($0.state) } }

    /// Changes the state and wakes who waits.
    func update<Result>(_ body: (inout State, ContinuousClock.Instant) throws -> Result) rethrows -> Result {
        try shared.update { try body(&$0.state, .now) }
    }

    /// Ends the wait that is going on, or else the next one.
    func interrupt() { shared.update { $0.isInterrupted = true } }

    /// Waits until the search finds something; nil if it did not in time, or after an interruption.
    ///
    /// The search, which may change the state, runs at once, after each change, and at the time that it named.
    func next<Result>(
        within limit: Duration,
        _ search: (inout State, ContinuousClock.Instant) -> Search<Result>
    ) -> Result? {
        let end = ContinuousClock.now + min(limit, Self.forEver)
        var alarm = end
        while true {
            let step = shared.wait(within: alarm - .now) { Self.step(&$0, until: alarm, search) }
            switch step {
            case .found(let result): return result
            case .interrupted: return nil
            case .wake(let time): alarm = time
            case nil:
                guard ContinuousClock.now < end else { return nil }
                alarm = end
            }
        }
    }

    /// What made a wait end.
    private enum Step<Result> {
        case found(Result)
        case interrupted
        /// There is something to wake up for before the alarm.
        case wake(ContinuousClock.Instant)
    }

    private static func step<Result>(
        _ shared: inout Shared,
        until alarm: ContinuousClock.Instant,
        _ search: (inout State, ContinuousClock.Instant) -> Search<Result>
    ) -> Step<Result>? {
        if shared.isInterrupted {
            shared.isInterrupted = false
            return .interrupted
        }
        switch search(&shared.state, .now) {
        case .found(let result): return .found(result)
        case .notBefore(let time) where time < alarm: return .wake(time)
        case .notBefore, .notYet: return nil
        }
    }

    /// A year: what is longer a sum of times could not hold.
    private static var forEver: Duration { .seconds(31_536_000) }
}
