public import Devices

/// An axis with no motor behind it.
public final class SimulatedStageAxis: StageAxis {
    public let limits: AxisLimits
    private let speed: Double
    private let now: () -> ContinuousClock.Instant
    private var motion: Motion

    /// - Parameters:
    ///   - speed: in the stage's units a second; zero for moves that take no time. Unless given, the axis goes from
    ///     end to end in a second.
    ///   - now: tells the time.
    init(_ limits: AxisLimits, speed: Double?, now: @escaping () -> ContinuousClock.Instant) {
        self.limits = limits
        self.speed = speed ?? (limits.upper - limits.lower)
        self.now = now
        motion = Motion(at: (limits.lower + limits.upper) / 2, now())
    }

    public var position: Double { motion.place(at: now()) }

    public var isMoving: Bool { !motion.isOver(at: now()) }

    public func startMove(to position: Double) {
        let now = now()
        motion = Motion(from: motion.place(at: now), to: position, speed: speed, at: now)
    }
}
