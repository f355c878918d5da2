public import Devices

extension SimulatedDigitalIO {
    public struct Configuration: Decodable, Sendable {
        public var lineCount: Count
        /// Seconds between two changes of line 3, or of the last line if there are fewer; 5 unless given.
        public var togglePeriod: NonNegative?

        private enum CodingKeys: String, CodingKey {
            case lineCount = "numLines"
            case togglePeriod = "toggle_period"
        }

        public init(lineCount: Count, togglePeriod: NonNegative? = nil) {
            self.lineCount = lineCount
            self.togglePeriod = togglePeriod
        }
    }
}

extension Driver where Configuration == SimulatedDigitalIO.Configuration {
    public static var simulatedDigitalIO: Self {
        Driver("simulated-digital-io", "digital lines that are made up") { configuration, _ in
            SimulatedDigitalIO(configuration)
        }
    }
}
