public import Devices

/// A stage with no hardware behind it, whose axes start in the middle of their ranges.
public final class SimulatedStage: Stage {
    public var isEnabled = false
    public let axes: [(name: String, axis: any StageAxis)]
    public let mayMoveOnEnable = false

    /// - Parameter now: tells the time.
    public init(_ configuration: Configuration, now: @escaping () -> ContinuousClock.Instant) {
        axes = configuration.limits.pairs.map { name, limits in
            (name, SimulatedStageAxis(limits, speed: configuration.speed?.value, now: now))
        }
    }
}
