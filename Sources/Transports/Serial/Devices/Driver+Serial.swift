public import Devices

/// The options of a device on a serial line.
public protocol SerialLineOptions: Decodable, Sendable {
    /// Which port it is at.
    var port: PortName { get }
    /// Bits a second, for devices that can be set to another rate than they come with.
    var baudRate: Count? { get }
}

extension SerialLineOptions {
    public var baudRate: Count? { nil }
}

extension Driver where Configuration: SerialLineOptions {
    /// A driver of a device that has a serial line to itself.
    ///
    /// - Parameters:
    ///   - port: how its port talks; an option can change the rate.
    ///   - ask: see ``init(_:_:attached:ask:open:)``.
    ///   - simulated: the simulation of it that `--simulated` talks to, over a pseudo-terminal.
    ///   - open: opens the device, with what opens its port.
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
    }
}
