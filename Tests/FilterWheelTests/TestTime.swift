import Threads

/// The time as a wheel's driver is told it, which goes on as fast as it does and can be put forward.
final class TestTime: Sendable {
    private let offset = Monitor(Duration.zero)

    var now: ContinuousClock.Instant { .now + offset.withLock { $0 } }

    func advance(_ duration: Duration) { offset.withLock { $0 += duration } }
}
