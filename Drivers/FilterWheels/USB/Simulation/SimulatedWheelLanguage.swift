internal import Transports

/// How a simulated wheel of one make understands what it is sent.
protocol SimulatedWheelLanguage {
    var mechanics: WheelMechanics { get set }

    mutating func powerUp(at now: ContinuousClock.Instant)
    /// A request to the control endpoint; nil refuses it.
    mutating func control(_ request: ControlRequest, _ bytes: [UInt8], at now: ContinuousClock.Instant) -> [UInt8]?
    /// What came to an endpoint.
    mutating func take(_ bytes: [UInt8], at now: ContinuousClock.Instant)
    /// Time has passed.
    mutating func pass(_ now: ContinuousClock.Instant)
}

extension SimulatedWheelLanguage {
    mutating func powerUp(at now: ContinuousClock.Instant) { mechanics.powerUp(at: now) }
    mutating func control(_ request: ControlRequest, _ bytes: [UInt8], at now: ContinuousClock.Instant) -> [UInt8]? {
        nil
    }
    mutating func take(_ bytes: [UInt8], at now: ContinuousClock.Instant) {}
    mutating func pass(_ now: ContinuousClock.Instant) {}
}
