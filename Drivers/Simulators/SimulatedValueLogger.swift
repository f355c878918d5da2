public import Devices
internal import Glibc
internal import Pickle

/// Temperature sensors of a warm room that does not exist.
public final class SimulatedValueLogger: ValueLogger {
    public var isEnabled = false
    public let sensorCount: Int
    private let source: PeriodicSource

    public init(_ configuration: Configuration) {
        let count = configuration.sensorCount.value
        sensorCount = count
        source = PeriodicSource(every: configuration.period?.seconds ?? .seconds(5)) {
            let now = Timestamp.now
            return Datum(Self.readings(count, at: now).python, at: now)
        }
    }

    public var dataSource: any DataSource { source }

    public func performEnable() { source.start() }
    public func performDisable() { source.stop() }
    public func abort() { source.stop() }

    public var values: [Double] { Self.readings(sensorCount, at: Timestamp.now) }

    /// Temperatures that swing slowly by five degrees, each sensor one degree above the one before.
    private static func readings(_ count: Int, at time: Double) -> [Double] {
        (0..<count).map { 19.5 + Double($0) + 5 * sin(time / 100) + .random(in: 0..<1) }
    }
}

extension SimulatedValueLogger {
    public struct Configuration: Decodable, Sendable {
        public var sensorCount: Count
        /// Whether clients ask for values.
        ///
        /// It has no effect: registered clients get them either way.
        public var pullsData: Bool?
        /// Seconds between two readings, 5 by default.
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
        Driver("simulated-value-logger", "simulated sensors", isSimulator: true) { configuration, _ in
            SimulatedValueLogger(configuration)
        }
    }
}
