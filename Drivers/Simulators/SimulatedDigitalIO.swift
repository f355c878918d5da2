public import Devices
internal import Pickle
internal import Platform

/// Digital lines without a plug, all outputs at first, one of which changes by itself.
public final class SimulatedDigitalIO: DigitalIO {
    public var isEnabled = false
    public let lineCount: Int
    private let lines: Lines
    private let source: PeriodicSource

    /// - Parameter hardware: the name of the hardware, which keeps its lines if its process dies.
    public init(_ configuration: Configuration, hardware: String = "") {
        lineCount = configuration.lineCount.value
        let lines = Lines(count: lineCount, hardware: hardware)
        let restless = min(3, lineCount - 1)
        source = PeriodicSource(every: configuration.togglePeriod?.seconds ?? .seconds(5)) {
            lines.update(restless) { $0.isHigh.toggle() }
            return Datum(.tuple([.int(restless), .bool(lines[restless].isHigh)]), at: Timestamp.now)
        }
        self.lines = lines
    }

    public var dataSource: any DataSource { source }

    public func performEnable() { source.start() }
    public func performDisable() { source.stop() }
    public func abort() { source.stop() }

    public func isOutput(_ line: Int) -> Bool { lines[line].isOutput }
    public func setOutput(_ line: Int, _ isOutput: Bool) { lines.update(line) { $0.isOutput = isOutput } }
    public func level(of line: Int) -> Bool { lines[line].isHigh }
    public func setLevel(of line: Int, _ level: Bool) { lines.update(line) { $0.isHigh = level } }
}

/// The lines of a simulated digital I/O, changed by clients and by themselves.
final class Lines: Sendable {
    struct Line {
        var isOutput = true
        var isHigh = false
    }

    private let lines: Lock<[Line]>
    /// Two bits a line: output, high.
    private let hardware: SimulatedHardware

    init(count: Int, hardware: String) {
        self.hardware = SimulatedHardware(hardware, Array(repeating: 1, count: count))
        lines = Lock(
            self.hardware.values.map { Line(isOutput: $0 == 1 || $0 == 3, isHigh: $0 == 2 || $0 == 3) }
        )
    }

    subscript(line: Int) -> Line { lines.withLock { $0[line] } }

    func update(_ line: Int, _ change: (inout Line) -> Void) {
        lines.withLock { lines in
            change(&lines[line])
            hardware.values = lines.map { ($0.isOutput ? 1 : 0) + ($0.isHigh ? 2 : 0) }
        }
    }
}

extension SimulatedDigitalIO {
    public struct Configuration: Decodable, Sendable {
        public var lineCount: Count
        /// Seconds between two changes of line 3, or of the last line if there are fewer; 5 by default.
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
        Driver("simulated-digital-io", "simulated digital lines", isSimulator: true) { configuration, context in
            SimulatedDigitalIO(configuration, hardware: context.hardwareName)
        }
    }
}
