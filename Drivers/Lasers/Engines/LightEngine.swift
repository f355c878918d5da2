public import Devices
public import Transports

/// A box with several lights on one serial line; clients see each light as a light source.
public final class LightEngine<Commands: EngineCommands>: Controller, SerialDevice {
    public let line: SerialLine
    public let devices: [(name: String, device: any Device)]
    public let settings: [Setting]
    public var enabledSession: Int?

    /// Makes a device of a box whose line is open.
    public init(_ commands: Commands, on line: SerialLine) throws {
        self.line = line
        devices = try line.perform(commands.channels).map { name, channel in
            (name, try SerialLight(channel, on: line, ownsLine: false))
        }
        settings = try commands.settings(line)
    }

    /// Opens the line and switches all lights off.
    ///
    /// - Parameter leavesLight: whether lights that are on at the first opening stay on.
    public static func open(
        _ commands: Commands,
        _ connector: SerialConnector,
        _ format: LineFormat,
        leavesLight: Bool
    ) throws -> LightEngine {
        let line = try connector.line(format) { lines, isFirst in
            try commands.prepare(lines, leavesLight: leavesLight && isFirst)
        }
        return try LightEngine(commands, on: line)
    }

    public var typeName: String { Commands.typeName }

    /// Closes the line; the lights have been shut down before.
    public func performShutdown() { line.close() }
}

extension Driver where Configuration == LightOptions {
    /// A driver for a box with several lights; see ``init(light:_:port:format:commands:simulated:)``.
    ///
    /// Each box has commands of its own.
    public init<Commands: EngineCommands, Instrument: SimulatedInstrument>(
        engine name: String,
        _ summary: String,
        port: PortSettings,
        format: LineFormat,
        commands: @autoclosure @escaping @Sendable () -> Commands,
        simulated: @escaping @Sendable () -> Instrument
    ) {
        self.init(
            serial: name,
            summary,
            port: port,
            ask: SerialPort.question(port, format) { try commands().identified($0) },
            simulated: { _ in simulated() }
        ) { connector, options in
            try LightEngine.open(commands(), connector, format, leavesLight: options.leaveAsIs ?? false)
        }
    }
}

/// The commands of a box with several lights on one serial line.
///
/// The commands of its lights are ``LightCommands`` that know which light they address.
public protocol EngineCommands: Sendable {
    associatedtype Channel: LightCommands
    /// The name of the class in Python, for error messages: `CoolLED`.
    static var typeName: String { get }

    /// Puts the console into the state that the driver needs and returns the serial number, empty if there is none.
    ///
    /// Changes no light, and nothing that outlives the session.
    func identify(_ lines: LineProtocol) throws -> String
    /// The lights that are present, with the names that clients use.
    func channels(_ lines: LineProtocol) throws -> [(name: String, commands: Channel)]
    /// The settings of the box itself, made after opening.
    func settings(_ line: SerialLine) throws -> [Setting]
}

extension EngineCommands {
    public func settings(_: SerialLine) throws -> [Setting] { [] }

    /// Brings the box into a known state, with every light off unless the lights are to be left as they are.
    func prepare(_ lines: LineProtocol, leavesLight: Bool) throws -> String {
        let identity = try identified(lines)
        if !leavesLight { try channels(lines).attemptEach { try $0.commands.ensureOff(lines) } }
        return identity
    }

    /// The serial number.
    ///
    /// A first refusal may be meant for the start of a command that another program has left in the box.
    func identified(_ lines: LineProtocol) throws -> String {
        do { return try identify(lines) } catch SerialError.refused { return try identify(lines) }
    }
}
