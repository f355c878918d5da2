public import Devices

extension SimulatedValueLogger {
    public struct Configuration: Decodable, Sendable {
        public var sensorCount: Count
        /// Whether clients ask for values, which changes nothing: those that registered are sent them either way.
        public var pullsData: Bool?
        /// Seconds between two readings that are sent, 5 unless given.
        public var period: NonNegative?

        private enum CodingKeys: String, CodingKey {
            case sensorCount = "numSensors"
            case pullsData = "pullData"
            case period
        }

        public init(sensorCount: Count, pullsData: Bool? = nil, period: NonNegative? = nil) {
            self.sensorCount = sensorCount
            self.pullsData = pullsData
            self.period = period
        }
    }
}

extension Driver where Configuration == SimulatedValueLogger.Configuration {
    public static var simulatedValueLogger: Self {
        Driver("simulated-value-logger", "sensors that are made up") { configuration, _ in
            SimulatedValueLogger(configuration)
        }
    }
}
