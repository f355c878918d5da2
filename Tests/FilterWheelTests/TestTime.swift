import Platform

/// A clock for a wheel's driver, which runs at normal speed and can be advanced.
final class TestTime: Sendable {
    private let offset = Lock(Duration.zero)

    var now: ContinuousClock.Instant { .now + offset.withLock { $0 } }

    func advance(_ duration: Duration) { offset.withLock { $0 += duration } }
}
