public import Devices

/// A filter wheel without hardware that turns the shorter way round.
public final class SimulatedFilterWheel: FilterWheel {
    public var isEnabled = false
    public let positionCount: Int
    private let speed: Double
    private let now: () -> ContinuousClock.Instant
    /// In positions, counted across turns.
    private let motion: KeptMotion

    /// - Parameters:
    ///   - hardware: the name of the hardware, which stays where it is if its process dies.
    ///   - now: reads the clock.
    public init(
        _ configuration: Configuration,
        hardware: String = "",
        now: @escaping () -> ContinuousClock.Instant
    ) {
        positionCount = configuration.positions.value
        let travelTime = configuration.travelTime?.value ?? 0.05
        speed = travelTime > 0 ? 1 / travelTime : 0
        self.now = now
        motion = KeptMotion(hardware, at: 0, within: -1e6...1e6, now())
    }

    public var position: Int { slot(isMoving ? motion.current.start : motion.current.target) }

    public var isMoving: Bool { !motion.current.isOver(at: now()) }

    public func startMove(to position: Int) {
        let (now, size) = (now(), Double(positionCount))
        let place = motion.current.place(at: now)
        // From half a turn back to half a turn forward.
        let distance = (Double(position) - place).remainder(dividingBy: size)
        // Whole turns are left out, so that the place stays small.
        let turns = size * ((place + distance) / size).rounded(.down)
        motion.start(from: place - turns, to: place + distance - turns, speed: speed, at: now)
    }

    private func slot(_ place: Double) -> Int {
        let slot = Int(place.rounded()) % positionCount
        return slot < 0 ? slot + positionCount : slot
    }
}

extension SimulatedFilterWheel {
    public struct Configuration: Decodable, Sendable {
        public var positions: Count
        /// Seconds from one position to the next, 0.05 by default; 0 for moves without delay.
        public var travelTime: NonNegative?

        private enum CodingKeys: String, CodingKey {
            case positions
            case travelTime = "travel_time"
        }

        public init(positions: Count, travelTime: NonNegative? = nil) {
            self.positions = positions
            self.travelTime = travelTime
        }
    }
}

extension Driver where Configuration == SimulatedFilterWheel.Configuration {
    public static var simulatedFilterWheel: Self {
        Driver("simulated-filter-wheel", "a simulated filter wheel", isSimulator: true) { configuration, context in
            SimulatedFilterWheel(configuration, hardware: context.hardwareName) { .now }
        }
    }
}
