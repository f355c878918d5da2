public import Devices
internal import Platform

/// The options of a device on a serial line.
public protocol SerialLineOptions: Decodable, Sendable {
    /// The port.
    var port: PortName { get }
    /// Bits per second, for devices set to another rate than the default.
    var baudRate: Count? { get }
}

extension SerialLineOptions {
    public var baudRate: Count? { nil }
}

extension Driver where Configuration: SerialLineOptions {
    /// A driver of a device with a serial line of its own.
    ///
    /// - Parameters:
    ///   - port: the settings of its port; an option can change the rate.
    ///   - ask: see ``init(_:_:attached:ask:open:)``.
    ///   - simulated: its simulation, which `--simulated` talks to over a pseudo-terminal.
    ///   - open: opens the device, with a connector for its port.
    public init<Instrument: SimulatedInstrument, Opened: Device & SendableMetatype>(
        serial name: String,
        _ summary: String,
        port: PortSettings,
        ask: (@Sendable (_ port: String) throws -> String)? = nil,
        simulated: @escaping @Sendable (Configuration) -> Instrument,
        open: @escaping @Sendable (SerialConnector, Configuration) throws -> Opened
    ) {
        self.init(name, summary, attached: { .serialPort($0?.port.description) }, ask: ask) { options, context in
            let connector = try SerialConnector(
                name,
                at: options.port,
                port,
                baudRate: options.baudRate,
                context,
                simulated: { simulated(options) }
            )
            return try open(connector, options)
        }
        deviceFile = { (try? PortFinder().path(of: $0.port)).flatMap(FileSystem.realPath) }
    }
}

/// The options of a serial device that needs no others.
public struct SerialOptions: SerialLineOptions {
    /// The port.
    public var port: PortName
    /// Bits per second, for devices set to another rate than the default.
    public var baudRate: Count?

    private enum CodingKeys: String, CodingKey {
        case port
        case baudRate = "baudrate"
    }

    public init(port: PortName, baudRate: Count? = nil) {
        self.port = port
        self.baudRate = baudRate
    }
}

/// A port to be opened: its place, its settings, and the log for its events.
public struct SerialConnector: Sendable {
    /// The device's name in errors and in the log.
    public let title: String
    private let log: DeviceLog
    private let open: @Sendable () throws -> any SerialStream

    public init(
        _ title: String,
        log: DeviceLog = DeviceLog(),
        open: @escaping @Sendable () throws -> any SerialStream
    ) {
        (self.title, self.log, self.open) = (title, log, open)
    }

    /// The port that a configuration names, or a port with a simulation if the context asks for one.
    ///
    /// - Parameters:
    ///   - baudRate: another rate than the device's default.
    ///   - simulated: the simulation, which `--simulated` talks to over a pseudo-terminal.
    public init(
        _ name: String,
        at port: PortName,
        _ settings: PortSettings,
        baudRate: Count? = nil,
        _ context: DriverContext,
        simulated: () -> some SimulatedInstrument
    ) throws {
        var settings = settings
        if let baudRate { settings.baudRate = baudRate.value }
        guard context.isSimulated else {
            self.init("\(name) at \(port)", log: context.log, open: SerialLine.port(port, settings, log: context.log))
            return
        }
        let simulation = try SimulatedPort(simulated(), hardware: context.hardwareName)
        if let faults = context.faults { simulation.show(faults) }
        self.init("\(name) at simulation", log: context.log) { [settings] in
            try SerialPort(path: simulation.path, settings: settings)
        }
    }

    /// Opens the line; see ``SerialLine/init(_:_:log:open:prepare:)``.
    public func line(
        _ format: LineFormat,
        prepare: @escaping @Sendable (_ lines: LineProtocol, _ isFirst: Bool) throws -> String
    ) throws -> SerialLine {
        try SerialLine(title, format, log: log, open: open, prepare: prepare)
    }
}

extension SerialPort {
    /// A function that opens the port at a path, asks the device for its serial number, and closes the port.
    ///
    /// - Parameter identify: the question, which must change nothing.
    public static func question(
        _ settings: PortSettings,
        _ format: LineFormat,
        _ identify: @escaping @Sendable (LineProtocol) throws -> String
    ) -> @Sendable (String) throws -> String {
        { path in
            let lines = LineProtocol(try SerialPort(path: path, settings: settings), format)
            defer { lines.close() }
            return try identify(lines)
        }
    }
}
