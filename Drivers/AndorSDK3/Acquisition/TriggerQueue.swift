/// Software triggers: one is with the camera at a time, since it ignores those that come while it is busy.
struct TriggerQueue: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// When the one that the camera works on was sent.
    private(set) var sent: Instant?
    private(set) var waiting = 0

    /// How many images there are still to come.
    var count: Int { waiting + (sent == nil ? 0 : 1) }

    /// Adds triggers to those that wait.
    mutating func add(_ count: Int = 1) { waiting += count }

    /// Whether one is to be sent now.
    var isDue: Bool { sent == nil && waiting > 0 }

    mutating func noteSent(at now: Instant) {
        waiting -= 1
        sent = now
    }

    /// The image is there, or will never be.
    mutating func noteDone() { sent = nil }

    /// Lets all wait again: what the camera had begun is lost.
    mutating func takeBack() { (waiting, sent) = (count, nil) }

    mutating func removeAll() { (waiting, sent) = (0, nil) }
}
