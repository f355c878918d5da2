public import Devices

/// The commands of one light source, in the maker's words.
///
/// A driver needs to write nothing else.
///
/// Each function makes one exchange, or a few, and reads the answers. ``SerialLight`` keeps the rules that make a light
/// source safe.
public protocol LightCommands: Sendable {
    /// The name of the class in Python, for its error messages: `CoboltLaser`.
    static var typeName: String { get }
    /// Whether it is a laser, as it is by default, and not a lamp or an LED.
    static var isLaser: Bool { get }

    /// Sets echo, prompt and handshake as this driver needs them, and returns the serial number.
    ///
    /// Changes nothing that outlives the session, and no light.
    func identify(_ lines: LineProtocol) throws -> String

    /// The lowest and the highest power that can be set, in the device's own unit.
    func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double>
    /// The set power, whether on or off; nil if the device does not report it.
    func setPoint(_ lines: LineProtocol) throws -> Double?
    /// The emitted power; asked for only while the light is on.
    func measuredPower(_ lines: LineProtocol) throws -> Double
    /// The smallest step of the power, in the same unit; 0 if that is far below one percent.
    var powerStep: Double { get }
    /// Sets a power within the range.
    func setPower(_ power: Double, _ lines: LineProtocol) throws

    /// Whether light comes out, or would with the trigger signal.
    func isOn(_ lines: LineProtocol) throws -> Bool
    func switchOn(_ lines: LineProtocol) throws
    func switchOff(_ lines: LineProtocol) throws
    /// The reason why no light can come out: the interlock, the key, a fault; nil if there is none.
    func obstacle(_ lines: LineProtocol) throws -> String?
    /// The longest time from ``switchOn(_:)`` until ``isOn(_:)`` returns true.
    var switchingTime: Duration { get }

    /// The trigger types that it supports, the default first.
    var triggerTypes: [TriggerType] { get }
    /// The present trigger type.
    func triggerType(_ lines: LineProtocol) throws -> TriggerType
    func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws

    /// The lines of the status that clients read.
    var status: [StatusRow] { get }
    /// The settings, made once the device is open.
    func settings(_ line: SerialLine) throws -> [Setting]
    /// Rows for the members that other light sources lack.
    @RemoteInterfaceBuilder func members(of light: SerialLight<Self>) -> [any RemoteMember]
}

extension LightCommands {
    public static var isLaser: Bool { true }
    public var powerStep: Double { 0 }
    public var switchingTime: Duration { .seconds(1) }
    public var triggerTypes: [TriggerType] { [.software] }
    public func triggerType(_: LineProtocol) -> TriggerType { .software }
    public func setTriggerType(_: TriggerType, _: LineProtocol) throws {}
    public func settings(_: SerialLine) throws -> [Setting] { [] }
    public func members(of _: SerialLight<Self>) -> [any RemoteMember] { [] }

    /// Brings the device into a known state, with its light off unless that stays as found.
    func prepare(_ lines: LineProtocol, leavesLight: Bool) throws -> String {
        let identity = try identified(lines)
        if !leavesLight { try ensureOff(lines) }
        return identity
    }

    /// The serial number.
    ///
    /// A first refusal may be meant for the start of a command that another program has left in the device.
    func identified(_ lines: LineProtocol) throws -> String {
        do { return try identify(lines) } catch SerialError.refused { return try identify(lines) }
    }

    /// Switches off and checks it, up to three times.
    public func ensureOff(_ lines: LineProtocol) throws {
        for _ in 0..<3 {
            try switchOff(lines)
            if try !isOn(lines) { return }
        }
        throw SerialError.refused("off", answer: "it is still on")
    }
}

/// A line of the status: its label and the question for it.
public struct StatusRow: Sendable {
    let label: String
    let read: @Sendable (LineProtocol) throws -> String

    /// - Parameter read: asks for the text. If the device refuses, as older ones may, the row is left out.
    public init(_ label: String, _ read: @escaping @Sendable (LineProtocol) throws -> String) {
        self.label = label
        self.read = read
    }
}

extension Driver where Configuration == LightOptions {
    /// A driver of a light source with a serial line of its own.
    ///
    /// - Parameters:
    ///   - port: the settings of its port; the option `baudrate` changes the rate.
    ///   - format: the format of commands and answers.
    ///   - commands: its commands, made for each device, since some keep something for theirs.
    ///   - simulated: its simulation, which `--simulated` talks to over a pseudo-terminal.
    public init<Commands: LightCommands, Instrument: SimulatedInstrument>(
        light name: String,
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
            try SerialLight.open(commands(), connector, format, leavesLight: options.leaveAsIs ?? false)
        }
    }
}

extension SerialLight {
    /// Opens the line of a light source and makes the light safe.
    ///
    /// - Parameter leavesLight: whether light that is on at first stays on.
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
    /// The port.
    public var port: PortName
    /// Whether light that is on when the server starts stays on.
    ///
    /// The default is to switch it off.
    public var leaveAsIs: Bool?
    /// Bits per second, for devices set to another rate than the default.
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
