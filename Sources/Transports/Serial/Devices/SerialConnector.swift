public import Devices

/// A port that is to be opened, with what is known before: where it is, and whom to tell what happens to it.
public struct SerialConnector: Sendable {
    /// What errors and the log call the device.
    public let title: String
    private let log: DeviceLog
    private let open: @Sendable () throws -> any ByteStream

    public init(
        _ title: String,
        log: DeviceLog = DeviceLog(),
        open: @escaping @Sendable () throws -> any ByteStream
    ) {
        (self.title, self.log, self.open) = (title, log, open)
    }

    /// The port that a configuration names or, if the context says so, one with a simulation behind it.
    ///
    /// - Parameters:
    ///   - baudRate: another rate than the device comes with.
    ///   - simulated: the simulation that `--simulated` talks to, over a pseudo-terminal.
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
            self.init("\(name) at \(port)", log: context.log, open: SerialLine.port(port, settings))
            return
        }
        let simulation = try SimulatedPort(simulated())
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
