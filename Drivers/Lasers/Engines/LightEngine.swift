public import Devices
public import Transports

/// A box with several lights on one serial line, each of which clients see as a light source.
public final class LightEngine<Commands: EngineCommands>: Controller, SerialDevice {
    public let line: SerialLine
    public let devices: [(name: String, device: any Device)]
    public let settings: [Setting]
    public var enabledSession: Int?

    /// Takes a box whose line has been opened.
    public init(_ commands: Commands, on line: SerialLine) throws {
        self.line = line
        devices = try line.perform(commands.channels).map { name, channel in
            (name, try SerialLight(channel, on: line, ownsLine: false))
        }
        settings = try commands.settings(line)
    }

    /// Opens the line, makes all lights safe, and takes the box.
    ///
    /// - Parameter leavesLight: whether lights that are on the first time stay on.
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

    /// The lights have been shut down by then.
    public func performShutdown() { line.close() }
}

extension Driver where Configuration == LightOptions {
    /// A driver of a box with several lights; see ``init(light:_:port:format:commands:simulated:)``.
    public init<Commands: EngineCommands, Instrument: SimulatedInstrument>(
        engine name: String,
        _ summary: String,
        port: PortSettings,
        format: LineFormat,
        commands: Commands,
        simulated: @escaping @Sendable () -> Instrument
    ) {
        self.init(
            serial: name,
            summary,
            port: port,
            ask: SerialPort.question(port, format, commands.identify),
            simulated: { _ in simulated() }
        ) { connector, options in
            try LightEngine.open(commands, connector, format, leavesLight: options.leaveAsIs ?? false)
        }
    }
}

/// The commands of a box with several lights on one serial line, as far as they are the box's: those of its lights are
/// ``LightCommands`` that carry which light they mean.
public protocol EngineCommands: Sendable {
    associatedtype Channel: LightCommands
    /// The name of the class in Python, for its error messages: `CoolLED`.
    static var typeName: String { get }

    /// Makes the box talk as this driver needs it, and tells its serial number, empty if it has none to tell.
    ///
    /// Changes nothing that outlives the session, and no light.
    func identify(_ lines: LineProtocol) throws -> String
    /// The lights that are there, by the names that clients know them by.
    func channels(_ lines: LineProtocol) throws -> [(name: String, commands: Channel)]
    /// The settings of the box itself, made when it has been opened.
    func settings(_ line: SerialLine) throws -> [Setting]
}

extension EngineCommands {
    public func settings(_: SerialLine) throws -> [Setting] { [] }

    /// Brings the box into a known state, with every light off unless they are to be left.
    func prepare(_ lines: LineProtocol, leavesLight: Bool) throws -> String {
        let identity = try identify(lines)
        if !leavesLight { try channels(lines).attemptEach { try $0.commands.ensureOff(lines) } }
        return identity
    }
}
