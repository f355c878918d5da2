internal import Devices

/// The camera's clock, related to the computer's.
public struct HardwareClock: Sendable {
    private let ticks: Int
    private let time: Double
    private let frequency: Double
    private let readAt = ContinuousClock.now

    /// Reads the camera's clock; nil without a frequency or an answer.
    ///
    /// - Parameters:
    ///   - frequency: ticks per second.
    ///   - read: reads the camera's clock.
    public init?(frequency: Int, read: () -> Int?) {
        guard frequency > 0 else { return nil }
        let before = Timestamp.now
        guard let ticks = read() else { return nil }
        self.ticks = ticks
        self.frequency = Double(frequency)
        // The reading takes time; the camera's answer is from the middle of it.
        time = (before + Timestamp.now) / 2
    }

    /// The clocks drift apart by some parts per million, about a millisecond in a minute.
    var isStale: Bool { ContinuousClock.now - readAt > .seconds(60) }

    /// The time at which the camera's clock had this value, in seconds since 1970.
    public func time(at ticks: UInt64) -> Double {
        time + Double(Int64(bitPattern: ticks) &- Int64(self.ticks)) / frequency
    }
}
