public import Devices

/// A stage without hardware, whose axes start in the middle of their ranges.
public final class SimulatedStage: Stage {
    public var isEnabled = false
    public let axes: [(name: String, axis: any StageAxis)]
    public let mayMoveOnEnable = false

    /// - Parameter now: reads the clock.
    public init(_ configuration: Configuration, now: @escaping () -> ContinuousClock.Instant) {
        axes = configuration.limits.pairs.map { name, limits in
            (name, SimulatedStageAxis(limits, speed: configuration.speed?.value, now: now))
        }
    }
}

/// An axis without a motor.
public final class SimulatedStageAxis: StageAxis {
    public let limits: AxisLimits
    private let speed: Double
    private let now: () -> ContinuousClock.Instant
    private var motion: Motion

    /// - Parameters:
    ///   - speed: in the stage's units per second; 0 for moves without delay. By default the axis travels its range in
    ///     a second.
    ///   - now: reads the clock.
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

/// A move from one place to another at constant speed.
struct Motion {
    let start, target: Double
    private let begin, end: ContinuousClock.Instant

    /// - Parameter speed: in places per second; 0 for a move without delay.
    init(from start: Double, to target: Double, speed: Double, at begin: ContinuousClock.Instant) {
        self.start = start
        self.target = target
        self.begin = begin
        let seconds = speed > 0 ? abs(target - start) / speed : 0
        end = begin + .seconds(min(seconds, 31_536_000))
    }

    /// A place without a move.
    init(at place: Double, _ now: ContinuousClock.Instant) { self.init(from: place, to: place, speed: 0, at: now) }

    func isOver(at now: ContinuousClock.Instant) -> Bool { now >= end }

    func place(at now: ContinuousClock.Instant) -> Double {
        guard !isOver(at: now) else { return target }
        return start + (target - start) * max(0, (now - begin) / (end - begin))
    }
}

extension SimulatedStage {
    public struct Configuration: Decodable, Sendable {
        /// The range of each axis, by its name.
        public var limits: NamedOptions<AxisLimits>
        /// Units per second, or 0 for moves without delay; by default an axis travels its range in a second.
        public var speed: NonNegative?

        public init(limits: NamedOptions<AxisLimits>, speed: NonNegative? = nil) {
            self.limits = limits
            self.speed = speed
        }
    }
}

extension Driver where Configuration == SimulatedStage.Configuration {
    public static var simulatedStage: Self {
        Driver("simulated-stage", "a simulated stage") { configuration, _ in
            SimulatedStage(configuration) { .now }
        }
    }
}
