public import Pickle

/// The end of something that a device has begun and that takes its time: a move, a homing.
///
/// The client waits for it while other calls reach the device, so that a position can be read during a move.
public struct Completion {
    /// How long to wait between two looks at the device.
    public let interval: Duration
    /// The result, or nil while it is not there yet.
    public let poll: () throws -> PythonValue?

    /// Completes when a claim about the device has become true.
    public init(every interval: Duration = .milliseconds(5), when isDone: @escaping () throws -> Bool) {
        self.init(every: interval, result: { try isDone() ? PythonValue.none : nil })
    }

    public init(every interval: Duration, result poll: @escaping () throws -> PythonValue?) {
        self.interval = interval
        self.poll = poll
    }
}
