public import Devices
public import Transports

/// A LuxX, PhoxX or BrixX laser of Omicron's.
public typealias OmicronLaser = SerialLight<OmicronCommands>

extension OmicronCommands {
    /// The rate of the USB connector; the RS-232 connector has 57600 baud.
    static let port = PortSettings(baudRate: 500_000)
    static let format = LineFormat(commandEnd: "\r", answerEnd: "\r", patience: .seconds(1))

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("set point") { "\((try setPoint($0) ?? 0).text(places: 1)) mW" },
            StatusRow("measured power") { "\(try ask("MDP", $0, parse: \.number).text(places: 1)) mW" },
            StatusRow("status") { OmicronBits.names(ofStatus: try status($0)) },
            StatusRow("fault") { OmicronBits.names(ofFailure: try failure($0)) },
            StatusRow("interlock") { try failure($0) & OmicronBits.interlock != 0 ? "open" : "closed" },
            StatusRow("key") { (try status($0) & OmicronBits.key != 0).onOrOff },
            StatusRow("operating hours") { try ask("GWH", $0, parse: \.number).text(places: 0) },
        ]
    }

    /// Those that this laser knows.
    public func settings(_ line: SerialLine) throws -> [Setting] {
        try line.fixed([
            ("serial number", identify),
            ("model", { try ask("GFw", $0) { $0.omicronFields.joined(separator: ", ") } }),
            ("wavelength", { try ask("GSI", $0) { $0.omicronFields.first } }),
        ])
            + [
                Setting("operating hours", on: line, in: 0...manyHours, get: { try ask("GWH", $0, parse: \.number) }),
                Setting("diode temperature", on: line, in: -273.0...1000, get: { try temperature("MTD", $0) }),
                Setting("ambient temperature", on: line, in: -273.0...1000, get: { try temperature("MTA", $0) }),
                Setting("status", on: line) { OmicronBits.names(ofStatus: try status($0)) },
                Setting("fault", on: line) { OmicronBits.names(ofFailure: try failure($0)) },
                Setting("latched fault", on: line) { OmicronBits.names(ofFailure: try bits("GLF", $0)) },
                Setting("interlock open", on: line, get: { try failure($0) & OmicronBits.interlock != 0 }),
                Setting("key on", on: line, get: { try status($0) & OmicronBits.key != 0 }),
                bit("digital modulation", OmicronBits.digital, line),
                bit("analog modulation", OmicronBits.analog, line),
                bit("constant power", OmicronBits.constantPower, line),
            ].known()
    }

    private func temperature(_ command: String, _ lines: LineProtocol) throws -> Double {
        try ask(command, lines, parse: \.number)
    }

    /// A switch that is a bit of the mode.
    private func bit(_ name: String, _ bit: Int, _ line: SerialLine) -> Setting {
        Setting(name, on: line, get: { try mode($0) & bit != 0 }) { isOn, lines in
            let mode = try mode(lines)
            let wanted = isOn ? mode | bit : mode & ~bit
            if mode != wanted { try setMode(wanted, lines) }
        }
    }

    @RemoteInterfaceBuilder
    public func members(of light: SerialLight<Self>) -> [any RemoteMember] {
        RemoteMethod("clearFault") {
            try light.line.perform(self.reset)
            return light.status
        }
    }
}

extension Driver where Configuration == LightOptions {
    public static var omicron: Self {
        Driver(
            light: "omicron",
            "a LuxX, PhoxX or BrixX laser of Omicron's",
            port: OmicronCommands.port,
            format: OmicronCommands.format,
            commands: OmicronCommands(),
            simulated: { SimulatedOmicron() }
        )
    }
}
