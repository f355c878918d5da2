internal import Devices

/// The camera's clock, compared with the time of day.
struct HardwareClock: Sendable {
    private let ticks: Int
    private let time: Double
    private let frequency: Double
    private let readAt = ContinuousClock.now

    /// Nil for a camera that has none.
    init?(_ camera: AndorCamera) {
        guard
            (try? camera.has("TimestampClock")) == true,
            let frequency = try? camera.int("TimestampClockFrequency"), frequency > 0
        else { return nil }
        let before = Timestamp.now
        guard let ticks = try? camera.int("TimestampClock") else { return nil }
        self.ticks = ticks
        self.frequency = Double(frequency)
        // The reading itself takes time; the camera's answer is from the middle of it.
        time = (before + Timestamp.now) / 2
    }

    /// The clocks drift apart by some millionths, which is a millisecond in about a minute.
    var isStale: Bool { ContinuousClock.now - readAt > .seconds(60) }

    /// The time of day when the camera's clock stood like this, in seconds since 1970.
    func time(at ticks: UInt64) -> Double {
        time + Double(Int64(bitPattern: ticks) &- Int64(self.ticks)) / frequency
    }
}
