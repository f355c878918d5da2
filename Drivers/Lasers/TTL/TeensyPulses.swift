public import Devices
public import Transports

/// A Teensy that makes pulses for the TTL inputs of lights and cameras, with Micro-Manager's pulse generator.
///
/// It makes them while it is enabled; none come once it has been opened, after `disable` and `shutdown`, and when its
/// port is back.
public final class TeensyPulses: LightGate, SerialDevice {
    public let line: SerialLine
    public let settings: [Setting]
    public var enabledSession: Int?
    private let board = TeensyBoard()
    private var isGivenUp = false

    /// - Parameter leavesPulses: whether pulses that it makes the first time go on.
    init(_ connector: SerialConnector, _ format: LineFormat, leavesPulses: Bool = false) throws {
        let board = board
        line = try connector.line(format) { lines, isFirst in
            let version = try board.identify(lines)
            if !leavesPulses || !isFirst { try board.stop(lines) }
            return version
        }
        settings = [
            Setting("firmware", fixed: "pulse generator, version \(try line.perform(board.identify))"),
            Self.number("interval", .interval, from: 1, board, line),
            Self.number("duration", .duration, from: 1, board, line),
            Self.number("pulses", .pulses, from: 0, board, line),
            Setting("wait for input", on: line, get: { try board.value(of: .waitForInput, $0) != 0 }) {
                try board.set(.waitForInput, to: $0 ? 1 : 0, $1)
            },
        ]
    }

    private static func number(
        _ name: String,
        _ command: TeensyBoard.Command,
        from least: Int,
        _ board: TeensyBoard,
        _ line: SerialLine
    ) -> Setting {
        Setting(name, on: line, in: least...Int(UInt32.max), get: { Int(try board.value(of: command, $0)) }) {
            try board.set(command, to: UInt32(clamping: $0), $1)
        }
    }

    public var typeName: String { "TeensyPulses" }

    public func performEnable() throws { try line.perform(board.start) }

    public func performDisable() throws {
        if !isGivenUp { _ = try line.perform(board.stop) }
    }

    public func performShutdown() {
        isGivenUp = true
        line.close()
    }

    public var remoteMembers: [any RemoteMember] { deviceMembers }
}

extension Driver where Configuration == LightOptions {
    public static var teensyPulses: Self {
        Driver(
            serial: "teensy-pulses",
            "pulses for TTL inputs by a Teensy with Micro-Manager's pulse generator",
            port: TeensyBoard.port,
            ask: SerialPort.question(TeensyBoard.port, TeensyBoard.format, TeensyBoard().identify),
            simulated: { _ in SimulatedTeensy() }
        ) { connector, options in
            try TeensyPulses(connector, TeensyBoard.format, leavesPulses: options.leaveAsIs ?? false)
        }
    }
}
