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
