public import Devices
internal import Platform
public import Transports

/// The output lines of an Arduino or Teensy with Micro-Manager's firmware, which gate lights by their TTL inputs.
///
/// All lines are low after opening, after `disable` and `shutdown`, and after the port has come back.
public final class ArduinoTrigger: DigitalIO, LightGate, SerialDevice {
    public let line: SerialLine
    public let lineCount = ArduinoBoard.lineCount
    public let settings: [Setting]
    public var enabledSession: Int?
    private let board = ArduinoBoard()
    private let outputs = Lock(ArduinoOutputs())
    /// Outputs give no data.
    private let source = Mailbox()
    private var isGivenUp = false

    /// - Parameter leavesLines: whether lines that are high at the first opening stay high.
    init(_ connector: SerialConnector, _ format: LineFormat, leavesLines: Bool = false) throws {
        let (board, outputs) = (board, outputs)
        line = try connector.line(format) { lines, isFirst in
            let version = try board.identify(lines)
            try outputs.withLock { outputs in
                // Without the gate the board reports its lines as they are, and a pattern takes effect at once.
                try board.setGate(.none, lines)
                outputs.pattern = leavesLines && isFirst ? try board.pattern(lines) : 0
                try board.setPattern(outputs.pattern, lines)
                if outputs.pattern == 0 { try board.checkLow(lines) }
                // A board that lost its power has lost the gate as well.
                if outputs.gate != .none { try board.setGate(outputs.gate, lines) }
            }
            return version
        }
        settings = [
            Setting("firmware", fixed: "MM-Ard, version \(try line.perform(board.identify))"),
            Setting("gate", on: line, get: { _ in outputs.withLock { $0.gate } }) { wanted, lines in
                try outputs.withLock { outputs in
                    try board.setGate(wanted, lines)
                    outputs.gate = wanted
                    // Lines that the gate held low stay low after it has gone, until they are set (AOTFcontroller.ino, 21).
                    if wanted == .none { try board.setPattern(outputs.pattern, lines) }
                }
            },
        ]
    }

    public var typeName: String { "ArduinoTrigger" }
    public var dataSource: any DataSource { source }
    public func abort() {}

    public func performDisable() throws {
        guard !isGivenUp else { return }
        try line.perform { lines in
            try outputs.withLock { outputs in
                outputs.pattern = 0
                // What the board reports proves something only without the gate.
                if outputs.gate != .none { try board.setGate(.none, lines) }
                try board.switchOff(lines)
                if outputs.gate != .none { try board.setGate(outputs.gate, lines) }
            }
        }
    }

    public func performShutdown() {
        isGivenUp = true
        line.close()
    }

    public func isOutput(_: Int) -> Bool { true }

    public func setOutput(_ line: Int, _ isOutput: Bool) throws {
        guard isOutput else { throw DeviceError(.unsupported, "line \(line) of \(self.line.title) is an output only") }
    }

    /// The level that a line is set to; with a gate its pin may be low in spite of it.
    public func level(of line: Int) throws -> Bool {
        let pattern = try self.line.perform { lines in
            try outputs.withLock { outputs in
                let found = try board.pattern(lines)
                // With a gate the board reports the pins, which do not show what is set.
                return outputs.gate == .none ? found : outputs.pattern
            }
        }
        return pattern & 1 << UInt8(line) != 0
    }

    public func setLevel(of line: Int, _ level: Bool) throws {
        let bit = UInt8(1) << UInt8(line)
        try self.line.perform { lines in
            try outputs.withLock { outputs in
                let pattern = level ? outputs.pattern | bit : outputs.pattern & ~bit
                try board.setPattern(pattern, lines)
                outputs.pattern = pattern
            }
        }
    }
}

/// The outputs as they were set: the board reports neither the gate nor, while the gate holds its lines low, the lines.
struct ArduinoOutputs {
    var gate = ArduinoGate.none
    var pattern: UInt8 = 0
}

extension Driver where Configuration == LightOptions {
    public static var arduinoTrigger: Self {
        Driver(
            serial: "arduino-trigger",
            "TTL lines of an Arduino or Teensy with the Micro-Manager firmware",
            port: ArduinoBoard.port,
            ask: SerialPort.question(ArduinoBoard.port, ArduinoBoard.format, ArduinoBoard().identify),
            simulated: { _ in SimulatedArduino() }
        ) { connector, options in
            try ArduinoTrigger(connector, ArduinoBoard.format, leavesLines: options.leaveAsIs ?? false)
        }
        .proven(
            Proof(
                sources: "the firmware's text and Micro-Manager's adapter, versions 1 to 5",
                untested: ["boards with 32 bits"]
            )
        )
    }
}

/// The commands of a board with Micro-Manager's firmware for Arduinos: bytes; an answer starts with the command's byte.
///
/// The board waits a second for the rest of a command and then drops it silently.
struct ArduinoBoard: Sendable {
    static let port = PortSettings(baudRate: 57600)
    static let format = LineFormat(
        commandEnd: "",
        answerEnd: "\r\n",
        patience: .milliseconds(1500),
        silence: .milliseconds(1100)
    )
    /// Pins 8 to 13 of an Uno.
    static let lineCount = 6

    /// Returns the version of the firmware.
    ///
    /// Opening the port resets most boards, which are then silent for two seconds.
    func identify(_ lines: LineProtocol) throws -> String {
        try lines.repeating(4) {
            try lines.send([30], as: "identification")
            let answer = try lines.readLine()
            guard answer == "MM-Ard" else { throw SerialError.odd(answer: answer, to: "identification") }
        }
        return try lines.repeating {
            try lines.send([31], as: "version")
            let answer = try lines.readLine()
            guard let version = answer.code() else { throw SerialError.odd(answer: answer, to: "version") }
            return "\(version)"
        }
    }

    /// The lines whose pins are high, one bit each.
    func pattern(_ lines: LineProtocol) throws -> UInt8 { try exchange([2], "pattern?", 2, lines)[1] & 0x3F }

    func setPattern(_ pattern: UInt8, _ lines: LineProtocol) throws {
        _ = try exchange([1, pattern & 0x3F], "pattern", 1, lines)
    }

    /// Sets all lines low and checks that they are.
    func switchOff(_ lines: LineProtocol) throws {
        for _ in 0..<2 {
            try setPattern(0, lines)
            if try pattern(lines) == 0 { return }
        }
        try setPattern(0, lines)
        try checkLow(lines)
    }

    func checkLow(_ lines: LineProtocol) throws {
        guard try pattern(lines) == 0 else {
            throw SerialError.refused("pattern 0", answer: "some lines are still high")
        }
    }

    func setGate(_ gate: ArduinoGate, _ lines: LineProtocol) throws {
        if gate == .none { return _ = try exchange([21], "blanking off", 1, lines) }
        _ = try exchange([22, gate == .high ? 1 : 0], "blanking level", 1, lines)
        _ = try exchange([20], "blanking on", 1, lines)
    }

    private func exchange(_ bytes: [UInt8], _ name: String, _ count: Int, _ lines: LineProtocol) throws -> [UInt8] {
        try lines.repeating {
            try lines.send(bytes, as: name)
            let answer = try lines.readBytes(count)
            guard answer.count == count, answer.first == bytes.first else {
                try lines.resynchronise()
                throw SerialError.odd(answer: "\(answer)", to: name)
            }
            return answer
        }
    }
}

/// The condition at the board's input under which its outputs may be high.
enum ArduinoGate: Int, SettingChoice {
    case none, high, low

    var label: String {
        switch self {
        case .none: "always"
        case .high: "while the input is high"
        case .low: "while the input is low"
        }
    }
}
