public import Devices

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
        let ask: @Sendable (String) throws -> String = { path in
            let lines = LineProtocol(try SerialPort(path: path, settings: port), format)
            defer { lines.close() }
            return try commands.identify(lines)
        }
        self.init(name, summary, attached: { .serialPort($0?.port.description) }, ask: ask) { options, context in
            let settings = options.settings(port)
            if context.isSimulated {
                let simulation = try SimulatedPort(simulated())
                let open: @Sendable () throws -> any ByteStream = {
                    try SerialPort(path: simulation.path, settings: settings)
                }
                return try SerialLight.open(commands, name, "simulation", format, options, context.log, open)
            }
            let open = SerialLine.port(options.port, settings)
            return try SerialLight.open(commands, name, "\(options.port)", format, options, context.log, open)
        }
    }
}

extension LightOptions {
    /// The port's settings, at the rate that the option names if it does.
    public func settings(_ port: PortSettings) -> PortSettings {
        var port = port
        if let baudRate { port.baudRate = baudRate.value }
        return port
    }
}

extension SerialLight {
    /// Opens the line of a light source, makes the light safe, and takes it.
    public static func open(
        _ commands: Commands,
        _ name: String,
        _ place: String,
        _ format: LineFormat,
        _ options: LightOptions,
        _ log: @escaping @Sendable (String) -> Void,
        _ open: @escaping @Sendable () throws -> any ByteStream
    ) throws -> SerialLight {
        let leavesLight = options.leaveAsIs ?? false
        let line = try SerialLine("\(name) at \(place)", format, log: log, open: open) { lines, isFirst in
            try commands.prepare(lines, leavesLight: leavesLight && isFirst)
        }
        return try SerialLight(commands, on: line)
    }
}
