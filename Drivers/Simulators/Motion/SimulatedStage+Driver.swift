public import Devices

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
