internal import Devices

/// A data source that has a datum each time a period has passed, for as long as it runs.
final class PeriodicSource: DataSource {
    /// When the next datum is due; nil while it does not run.
    private let due = TimedState<ContinuousClock.Instant?>(nil)
    private let period: Duration
    private let make: @Sendable () -> Datum

    /// - Parameters:
    ///   - period: no less than a millisecond, whatever is asked for, so as not to keep a core busy.
    ///   - make: called on the thread that reads the source.
    init(every period: Duration, _ make: @escaping @Sendable () -> Datum) {
        self.period = max(period, .milliseconds(1))
        self.make = make
    }

    /// Begins a period, also when one has begun already.
    func start() { due.update { $0 = $1 + period } }

    func stop() { due.update { due, _ in due = nil } }

    func next(within limit: Duration) -> Datum? {
        let isDue: Bool? = due.next(within: limit) { [period] due, now in
            guard let time = due else { return .notYet }
            guard time <= now else { return .notBefore(time) }
            // What nobody took in time is not made up for.
            due = max(time + period, now)
            return .found(true)
        }
        return isDue == nil ? nil : make()
    }

    func interrupt() { due.interrupt() }
}
