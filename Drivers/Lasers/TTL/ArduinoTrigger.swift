public import Devices
internal import Threads
public import Transports

/// The output lines of an Arduino or Teensy with Micro-Manager's firmware, which gate lights by their TTL inputs.
///
/// All are low when the board has been opened, after `disable` and `shutdown`, and when its port is back.
public final class ArduinoTrigger: DigitalIO, LightGate, SerialDevice {
    public let line: SerialLine
    public let lineCount = ArduinoBoard.lineCount
    public let settings: [Setting]
    public var enabledSession: Int?
    private let board = ArduinoBoard()
    /// Nothing comes from outputs.
    private let source = Mailbox()
    private var isGivenUp = false

    /// - Parameter leavesLines: whether lines that are high the first time stay high.
    init(_ connector: SerialConnector, _ format: LineFormat, leavesLines: Bool = false) throws {
        let board = board
        // The board cannot be asked for it, and a reset ends it.
        let gate = Monitor(ArduinoGate.none)
        line = try connector.line(format) { lines, isFirst in
            let version = try board.identify(lines)
            if !leavesLines || !isFirst { try board.switchOff(lines) }
            try board.setGate(.none, lines)
            gate.withLock { $0 = .none }
            return version
        }
        settings = [
            Setting("firmware", fixed: "MM-Ard, version \(try line.perform(board.identify))"),
            Setting("gate", on: line, get: { _ in gate.withLock { $0 } }) { wanted, lines in
                try board.setGate(wanted, lines)
                gate.withLock { $0 = wanted }
            },
        ]
    }

    public var typeName: String { "ArduinoTrigger" }
    public var dataSource: any DataSource { source }
    public func abort() {}

    public func performDisable() throws {
        if !isGivenUp { try line.perform(board.switchOff) }
    }

    public func performShutdown() {
        isGivenUp = true
        line.close()
    }

    public func isOutput(_: Int) -> Bool { true }

    public func setOutput(_ line: Int, _ isOutput: Bool) throws {
        guard isOutput else { throw DeviceError(.unsupported, "line \(line) of \(self.line.title) is an output only") }
    }

    public func level(of line: Int) throws -> Bool { try self.line.perform(board.pattern) & 1 << UInt8(line) != 0 }

    public func setLevel(of line: Int, _ level: Bool) throws {
        let bit = UInt8(1) << UInt8(line)
        try self.line.perform { lines in
            let pattern = try board.pattern(lines)
            try board.setPattern(level ? pattern | bit : pattern & ~bit, lines)
        }
    }
}

extension Driver where Configuration == LightOptions {
    public static var arduinoTrigger: Self {
        Driver(
            serial: "arduino-trigger",
            "TTL lines of an Arduino or Teensy with Micro-Manager's firmware",
            port: ArduinoBoard.port,
            ask: SerialPort.question(ArduinoBoard.port, ArduinoBoard.format, ArduinoBoard().identify),
            simulated: { _ in SimulatedArduino() }
        ) { connector, options in
            try ArduinoTrigger(connector, ArduinoBoard.format, leavesLines: options.leaveAsIs ?? false)
        }
    }
}
