/// A clock that stands still until it is moved.
final class TestTime {
    private(set) var now = ContinuousClock.now

    func advance(_ duration: Duration) { now = now.advanced(by: duration) }
}
