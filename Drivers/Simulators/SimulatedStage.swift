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

/// Something on its way from one place to another at a steady speed.
struct Motion {
    let start, target: Double
    private let begin, end: ContinuousClock.Instant

    /// - Parameter speed: in places a second; zero stands for a move that takes no time.
    init(from start: Double, to target: Double, speed: Double, at begin: ContinuousClock.Instant) {
        self.start = start
        self.target = target
        self.begin = begin
        let seconds = speed > 0 ? abs(target - start) / speed : 0
        end = begin + .seconds(min(seconds, 31_536_000))
    }

    /// Something that stands still.
    init(at place: Double, _ now: ContinuousClock.Instant) { self.init(from: place, to: place, speed: 0, at: now) }

    func isOver(at now: ContinuousClock.Instant) -> Bool { now >= end }

    func place(at now: ContinuousClock.Instant) -> Double {
        guard !isOver(at: now) else { return target }
        return start + (target - start) * max(0, (now - begin) / (end - begin))
    }
}

extension SimulatedStage {
    public struct Configuration: Decodable, Sendable {
        /// How far each axis goes, by the axis' name.
        public var limits: NamedOptions<AxisLimits>
        /// Units a second, or zero for moves that take no time; unless given, an axis goes from end to end in a second.
        public var speed: NonNegative?

        public init(limits: NamedOptions<AxisLimits>, speed: NonNegative? = nil) {
            self.limits = limits
            self.speed = speed
        }
    }
}

extension Driver where Configuration == SimulatedStage.Configuration {
    public static var simulatedStage: Self {
        Driver("simulated-stage", "a stage that is made up") { configuration, _ in
            SimulatedStage(configuration) { .now }
        }
    }
}
