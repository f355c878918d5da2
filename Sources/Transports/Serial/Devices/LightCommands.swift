public import Devices

/// The commands of one light source, in the words of its maker: all that a driver of one writes.
///
/// Each function makes one exchange, or a few, and reads what came of them. What is to be safe about a light source
/// is ``SerialLight``'s to care for.
public protocol LightCommands: Sendable {
    /// The name of the class in Python, for its error messages: `CoboltLaser`.
    static var typeName: String { get }

    /// Makes the device talk as this driver needs it (echo, prompt, handshake), and tells its serial number.
    ///
    /// Changes nothing that outlives the session, and no light.
    func identify(_ lines: LineProtocol) throws -> String

    /// The least and the most power that it can be set to, in a unit of the device's own.
    func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double>
    /// The power that it is set to, on or off; nil if it cannot tell.
    func setPoint(_ lines: LineProtocol) throws -> Double?
    /// The power that comes out; asked for only while it is on.
    func measuredPower(_ lines: LineProtocol) throws -> Double
    /// The least change of power that it knows, in the same unit; 0 if that is far less than a hundredth.
    var powerStep: Double { get }
    /// Sets a power within the range.
    func setPower(_ power: Double, _ lines: LineProtocol) throws

    /// Whether light comes out, or would with the signal that it waits for.
    func isOn(_ lines: LineProtocol) throws -> Bool
    func switchOn(_ lines: LineProtocol) throws
    func switchOff(_ lines: LineProtocol) throws
    /// Why no light can come out: the interlock, the key, a fault; nil if nothing is in the way.
    func obstacle(_ lines: LineProtocol) throws -> String?
    /// The longest that it takes from ``switchOn(_:)`` until ``isOn(_:)`` says so.
    var switchingTime: Duration { get }

    /// The kinds of trigger that it can be given, the one that it has unless told otherwise in front.
    var triggerTypes: [TriggerType] { get }
    /// The kind of trigger that it has now.
    func triggerType(_ lines: LineProtocol) throws -> TriggerType
    func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws

    /// What clients read as the status, line by line.
    var status: [StatusRow] { get }
    /// The settings, made when the device has been opened.
    func settings(_ line: SerialLine) throws -> [Setting]
    /// The rows of the table of members that other light sources have not.
    @RemoteInterfaceBuilder func members(of light: SerialLight<Self>) -> [any RemoteMember]
}

extension LightCommands {
    public var powerStep: Double { 0 }
    public var switchingTime: Duration { .seconds(1) }
    public var triggerTypes: [TriggerType] { [.software] }
    public func triggerType(_: LineProtocol) -> TriggerType { .software }
    public func setTriggerType(_: TriggerType, _: LineProtocol) throws {}
    public func settings(_: SerialLine) throws -> [Setting] { [] }
    public func members(of _: SerialLight<Self>) -> [any RemoteMember] { [] }

    /// Brings the device into a known state, with its light off unless that is to be left.
    func prepare(_ lines: LineProtocol, leavesLight: Bool) throws -> String {
        let identity = try identify(lines)
        if !leavesLight { try ensureOff(lines) }
        return identity
    }

    /// Switches off and makes sure of it, three times before giving up.
    public func ensureOff(_ lines: LineProtocol) throws {
        for _ in 0..<3 {
            try switchOff(lines)
            if try !isOn(lines) { return }
        }
        throw SerialError.refused("off", answer: "it is still on")
    }
}

/// A line of the status: what it is called and how it is asked.
public struct StatusRow: Sendable {
    let label: String
    let read: @Sendable (LineProtocol) throws -> String

    /// - Parameter read: the text; a question that the device refuses, as older ones may, leaves the row out.
    public init(_ label: String, _ read: @escaping @Sendable (LineProtocol) throws -> String) {
        self.label = label
        self.read = read
    }
}

extension Driver where Configuration == LightOptions {
    /// A driver of a light source that has a serial line to itself.
    ///
    /// - Parameters:
    ///   - port: how its port talks; the option `baudrate` changes the rate.
    ///   - format: how it frames what it says.
    ///   - commands: its commands.
    ///   - simulated: the simulation of it that `--simulated` talks to, over a pseudo-terminal.
    public init<Commands: LightCommands, Instrument: SimulatedInstrument>(
        light name: String,
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
            try SerialLight.open(commands, connector, format, leavesLight: options.leaveAsIs ?? false)
        }
    }
}

extension SerialLight {
    /// Opens the line of a light source, makes the light safe, and takes it.
    ///
    /// - Parameter leavesLight: whether light that is on the first time stays on.
    public static func open(
        _ commands: Commands,
        _ connector: SerialConnector,
        _ format: LineFormat,
        leavesLight: Bool
    ) throws -> SerialLight {
        let line = try connector.line(format) { lines, isFirst in
            try commands.prepare(lines, leavesLight: leavesLight && isFirst)
        }
        return try SerialLight(commands, on: line)
    }
}

/// The options of a light source on a serial line.
public struct LightOptions: SerialLineOptions {
    /// Which port it is at.
    public var port: PortName
    /// Whether light that is on when the server starts stays on; it is switched off unless this is given.
    public var leaveAsIs: Bool?
    /// Bits a second, for devices that can be set to another rate than they come with.
    public var baudRate: Count?

    private enum CodingKeys: String, CodingKey {
        case port
        case leaveAsIs = "leave_as_is"
        case baudRate = "baudrate"
    }

    public init(port: PortName, leaveAsIs: Bool? = nil, baudRate: Count? = nil) {
        self.port = port
        self.leaveAsIs = leaveAsIs
        self.baudRate = baudRate
    }
}
