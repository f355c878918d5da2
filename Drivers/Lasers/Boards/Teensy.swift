public import Devices
internal import Platform
public import Transports

/// A Teensy with Micro-Manager's pulse generator, for the TTL inputs of lights and cameras.
///
/// It makes pulses while it is enabled, and none after opening, after `disable` and `shutdown`, and after the
/// port has come back.
public final class TeensyPulses: LightGate, SerialDevice {
    public let line: SerialLine
    public let settings: [Setting]
    public var enabledSession: Int?
    private let board = TeensyBoard()
    private var isGivenUp = false

    /// - Parameter leavesPulses: whether pulses that are running at the first opening continue.
    init(_ connector: SerialConnector, _ format: LineFormat, leavesPulses: Bool = false) throws {
        let board = board
        // A board is powered by its port: one that was unplugged has forgotten what clients had set.
        let kept = Lock<[TeensyBoard.Command: UInt32]>([:])
        line = try connector.line(format) { lines, isFirst in
            let version = try board.identify(lines)
            if !leavesPulses || !isFirst { try board.switchOff(lines) }
            for (command, value) in kept.withLock({ $0 }).sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
                try board.set(command, to: value, lines)
            }
            return version
        }
        let line = line
        let set: @Sendable (TeensyBoard.Command, UInt32, LineProtocol) throws -> Void = { command, value, lines in
            try board.set(command, to: value, lines)
            kept.withLock { $0[command] = value }
        }
        let number: (String, TeensyBoard.Command, Int) -> Setting = { name, command, least in
            Setting(
                name,
                on: line,
                in: least...Int(UInt32.max),
                get: { Int(try board.value(of: command, $0)) },
                set: { try set(command, UInt32(clamping: $0), $1) }
            )
        }
        settings = [
            Setting("firmware", fixed: "pulse generator, version \(try line.perform(board.identify))"),
            number("interval", .interval, 1),
            number("duration", .duration, 1),
            number("pulses", .pulses, 0),
            Setting("wait for input", on: line, get: { try board.value(of: .waitForInput, $0) != 0 }) {
                try set(.waitForInput, $0 ? 1 : 0, $1)
            },
            Setting("running", on: line, get: board.isRunning),
        ]
    }

    public var typeName: String { "TeensyPulses" }

    public func performEnable() throws { try line.perform(board.start) }

    public func performDisable() throws {
        if !isGivenUp { try line.perform(board.switchOff) }
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
            "TTL pulses of a Teensy with the Micro-Manager pulse generator",
            port: TeensyBoard.port,
            ask: SerialPort.question(TeensyBoard.port, TeensyBoard.format, TeensyBoard().identify),
            simulated: { _ in SimulatedTeensy() }
        ) { connector, options in
            try TeensyPulses(connector, TeensyBoard.format, leavesPulses: options.leaveAsIs ?? false)
        }
        .proven(
            Proof(
                sources: "the firmware's text and its test script, version 1"
            )
        )
    }
}

/// The commands of a Teensy with Micro-Manager's pulse generator: a byte and a 32-bit number, as are the answers.
struct TeensyBoard: Sendable {
    /// USB, for which the rate has no effect.
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(commandEnd: "", answerEnd: "\r\n")

    enum Command: UInt8 {
        case version = 0, start, stop
        /// Microseconds from the start of a pulse to the start of the next, and from its start to its end.
        case interval, duration
        /// Whether the pulses wait for the input.
        case waitForInput
        /// The number of pulses; 0 for no end.
        case pulses

        /// The byte before a command that asks for its state.
        static let question: UInt8 = 255
    }

    /// Returns the version, the only mark of such a board; it has no serial number.
    func identify(_ lines: LineProtocol) throws -> String {
        let version = try order(.version, 0, lines)
        guard version > 0, version < 1000 else { throw SerialError.odd(answer: "\(version)", to: "version") }
        return "\(version)"
    }

    /// Stops the pulses and checks that none are running.
    func switchOff(_ lines: LineProtocol) throws {
        for _ in 0..<3 {
            _ = try order(.stop, 0, lines)
            if try !isRunning(lines) { return }
        }
        throw SerialError.refused("stop", answer: "it is still running")
    }

    /// Whether a series is running: question 1, which the firmware's head does not mention.
    func isRunning(_ lines: LineProtocol) throws -> Bool { try value(of: .start, lines) != 0 }

    /// Starts a series, once: a start that is repeated starts the series anew.
    func start(_ lines: LineProtocol) throws {
        do {
            guard try exchangeOnce(Command.start, 0, lines) == 0 else { return }
            throw SerialError.refused("start", answer: "0")
        } catch let error as SerialError where error.isPassing {
            // Without an answer, a series that is over cannot be distinguished from one that never started.
            if try isRunning(lines) { return }
            guard try value(of: .pulses, lines) == 0 else { throw error }
            guard try exchangeOnce(Command.start, 0, lines) != 0 else {
                throw SerialError.refused("start", answer: "0")
            }
        }
    }

    func value(of command: Command, _ lines: LineProtocol) throws -> UInt32 {
        try lines.repeating { try exchange([Command.question, command.rawValue], command, lines) }
    }

    /// Sets a number, also while a series is running, and checks the board's answer, which repeats the value.
    func set(_ command: Command, to value: UInt32, _ lines: LineProtocol) throws {
        let taken = try order(command, value, lines)
        guard taken == value else {
            throw SerialError.refused("\(command) \(value)", answer: "\(taken)")
        }
    }

    private func order(_ command: Command, _ value: UInt32, _ lines: LineProtocol) throws -> UInt32 {
        try lines.repeating { try exchangeOnce(command, value, lines) }
    }

    private func exchangeOnce(_ command: Command, _ value: UInt32, _ lines: LineProtocol) throws -> UInt32 {
        try exchange([command.rawValue] + value.bytes, command, lines)
    }

    private func exchange(_ bytes: [UInt8], _ command: Command, _ lines: LineProtocol) throws -> UInt32 {
        try lines.send(bytes, as: "\(command)")
        let answer = try lines.readBytes(5)
        guard answer.first == command.rawValue else {
            try lines.resynchronise()
            throw SerialError.odd(answer: "\(answer)", to: "\(command)")
        }
        return UInt32(bytes: answer.dropFirst())
    }
}

extension UInt32 {
    /// The lowest byte first, although a comment in the firmware says otherwise.
    fileprivate var bytes: [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: self >> ($0 * 8)) } }

    fileprivate init(bytes: some Sequence<UInt8>) { self = bytes.reversed().reduce(0) { $0 << 8 | UInt32($1) } }
}
