internal import Devices
internal import Platform

/// State that a device shares with the thread that reads its data, and that changes as time passes.
///
/// A waiting thread is woken by a change, at the time that it asked for, or by an interruption; nothing is polled.
final class TimedState<State: Sendable>: Sendable {
    private let shared: Lock<Shared>

    private struct Shared: Sendable {
        var state: State
        var isInterrupted = false
    }

    init(_ state: State) { shared = Lock(Shared(state: state)) }

    func read<Result>(_ body: (State) -> Result) -> Result { shared.withLock { body($0.state) } }

    /// Changes the state and wakes waiting threads.
    func update<Result>(_ body: (inout State, ContinuousClock.Instant) throws -> Result) rethrows -> Result {
        try shared.update { try body(&$0.state, .now) }
    }

    /// Ends the current wait, or else the next one.
    func interrupt() { shared.update { $0.isInterrupted = true } }

    /// Waits until the search finds something; nil after the time limit or an interruption.
    ///
    /// The search may change the state. It runs at once, after each change, and at the time that it asked for.
    func next<Result>(
        within limit: Duration,
        _ search: (inout State, ContinuousClock.Instant) -> Readiness<Result>
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

    /// The reason why a wait ended.
    private enum Step<Result> {
        case found(Result)
        case interrupted
        /// Something has to be done before the alarm.
        case wake(ContinuousClock.Instant)
    }

    private static func step<Result>(
        _ shared: inout Shared,
        until alarm: ContinuousClock.Instant,
        _ search: (inout State, ContinuousClock.Instant) -> Readiness<Result>
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

    /// A year: sums of longer times could overflow.
    private static var forEver: Duration { .seconds(31_536_000) }
}

/// The result of a look at a ``TimedState``.
enum Readiness<Result> {
    case found(Result)
    /// Not ready; look again at that time, even if nothing changes until then.
    case notBefore(ContinuousClock.Instant)
    /// Not ready until something changes.
    case notYet
}

extension Timestamp {
    /// The time of day of an instant in the near past or future, in seconds since 1970.
    static func of(_ instant: ContinuousClock.Instant) -> Double { now + (instant - .now) / .seconds(1) }
}

/// A data source with a datum at the end of each period while it runs.
final class PeriodicSource: DataSource {
    /// The time of the next datum; nil while it does not run.
    private let due = TimedState<ContinuousClock.Instant?>(nil)
    private let period: Duration
    private let make: @Sendable () -> Datum

    /// - Parameters:
    ///   - period: at least a millisecond is used, so as not to keep a core busy.
    ///   - make: called on the thread that reads the source.
    init(every period: Duration, _ make: @escaping @Sendable () -> Datum) {
        self.period = max(period, .milliseconds(1))
        self.make = make
    }

    /// Starts a period, even if one has already started.
    func start() { due.update { $0 = $1 + period } }

    func stop() { due.update { due, _ in due = nil } }

    func next(within limit: Duration) -> Datum? {
        let isDue: Bool? = due.next(within: limit) { [period] due, now in
            guard let time = due else { return .notYet }
            guard time <= now else { return .notBefore(time) }
            // Missed periods are not delivered later.
            due = max(time + period, now)
            return .found(true)
        }
        return isDue == nil ? nil : make()
    }

    func interrupt() { due.interrupt() }
}
