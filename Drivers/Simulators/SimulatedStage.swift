public import Devices

/// A stage without hardware, whose axes start in the middle of their ranges.
public final class SimulatedStage: Stage {
    public var isEnabled = false
    public let axes: [(name: String, axis: any StageAxis)]
    public let mayMoveOnEnable = false

    /// - Parameters:
    ///   - hardware: the name of the hardware, which stays where it is if its process dies.
    ///   - now: reads the clock.
    public init(
        _ configuration: Configuration,
        hardware: String = "",
        now: @escaping () -> ContinuousClock.Instant
    ) {
        axes = configuration.limits.pairs.map { name, limits in
            let hardware = hardware.isEmpty ? "" : "\(hardware)/\(name)"
            return (name, SimulatedStageAxis(limits, speed: configuration.speed?.value, hardware: hardware, now: now))
        }
    }

    public func stopMotion() { for (_, axis) in axes { (axis as? SimulatedStageAxis)?.halt() } }
}

/// An axis without a motor.
public final class SimulatedStageAxis: StageAxis {
    public let limits: AxisLimits
    private let speed: Double
    private let now: () -> ContinuousClock.Instant
    private let motion: KeptMotion
    /// Where a move was stopped, until the caller that waits for its end has learnt of it.
    private var stop: (place: Double, target: Double)?

    /// - Parameters:
    ///   - speed: in the stage's units per second; 0 for moves without delay. By default the axis travels its range in
    ///     a second.
    ///   - hardware: the name of the hardware, which stays where it is if its process dies.
    ///   - now: reads the clock.
    init(
        _ limits: AxisLimits,
        speed: Double?,
        hardware: String = "",
        now: @escaping () -> ContinuousClock.Instant
    ) {
        self.limits = limits
        self.speed = speed ?? (limits.upper - limits.lower)
        self.now = now
        motion = KeptMotion(hardware, at: (limits.lower + limits.upper) / 2, within: limits.lower...limits.upper, now())
    }

    public var position: Double { motion.current.place(at: now()) }

    /// Throws once if the move was stopped.
    public var isMoving: Bool {
        get throws {
            if let (place, target) = stop {
                stop = nil
                throw DeviceError(.failed, "the axis was stopped at \(place) on its way to \(target)")
            }
            return !motion.current.isOver(at: now())
        }
    }

    /// Stops where the axis is.
    func halt() {
        let now = now()
        guard !motion.current.isOver(at: now) else { return }
        stop = (motion.current.place(at: now), motion.current.target)
        motion.stop(at: now)
    }

    public func startMove(to position: Double) {
        let now = now()
        stop = nil
        motion.start(from: motion.current.place(at: now), to: position, speed: speed, at: now)
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

/// The motion of hardware that keeps moving, or stays where it is, when the process that drives it dies.
final class KeptMotion {
    private(set) var current: Motion
    /// Where the motion began and ends, its speed, and when it began, in seconds since 1970.
    private let hardware: SimulatedHardware

    /// - Parameters:
    ///   - name: the name of the hardware.
    ///   - place: the place of hardware that has just been switched on.
    ///   - range: the places that it can have.
    init(_ name: String, at place: Double, within range: ClosedRange<Double>, _ now: ContinuousClock.Instant) {
        hardware = SimulatedHardware(name, [place, place, 0, Timestamp.now])
        let (start, target, speed) = (hardware.values[0], hardware.values[1], hardware.values[2])
        guard range.contains(start), range.contains(target), speed >= 0 else {
            current = Motion(at: place, now)
            return
        }
        // A clock that was set back means no more than that the motion begins again.
        let elapsed = min(max(Timestamp.now - hardware.values[3], 0), 1e6)
        current = Motion(from: start, to: target, speed: speed, at: now - .seconds(elapsed))
    }

    /// Stays where it is.
    func stop(at now: ContinuousClock.Instant) {
        let place = current.place(at: now)
        start(from: place, to: place, speed: 0, at: now)
    }

    func start(from start: Double, to target: Double, speed: Double, at now: ContinuousClock.Instant) {
        current = Motion(from: start, to: target, speed: speed, at: now)
        hardware.values = [start, target, speed, Timestamp.now]
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
        Driver("simulated-stage", "a simulated stage", isSimulator: true) { configuration, context in
            SimulatedStage(configuration, hardware: context.hardwareName) { .now }
        }
    }
}
