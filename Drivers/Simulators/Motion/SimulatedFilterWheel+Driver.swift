public import Devices

extension SimulatedFilterWheel {
    public struct Configuration: Decodable, Sendable {
        public var positions: Count
        /// Seconds from one position to the next, 0.05 unless given; zero for a wheel that is there at once.
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
        Driver("simulated-filter-wheel", "a filter wheel that is made up") { configuration, _ in
            SimulatedFilterWheel(configuration) { .now }
        }
    }
}
