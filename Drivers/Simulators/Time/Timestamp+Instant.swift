internal import Devices

extension Timestamp {
    /// The time of day of a moment that is not long gone or far ahead, in seconds since 1970.
    static func of(_ instant: ContinuousClock.Instant) -> Double { now + (instant - .now) / .seconds(1) }
}
