public import Devices
internal import Pickle

/// Digital lines with no plug, all outputs at first, one of which changes by itself.
public final class SimulatedDigitalIO: DigitalIO {
    public var isEnabled = false
    public let lineCount: Int
    private let lines: Lines
    private let source: PeriodicSource

    public init(_ configuration: Configuration) {
        lineCount = configuration.lineCount.value
        let lines = Lines(count: lineCount)
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
