public import Devices
public import Transports

/// A Stradus laser of Vortran's.
public typealias StradusLaser = SerialLight<StradusCommands>

extension StradusCommands {
    static let port = PortSettings(baudRate: 19200)
    // An echo would be taken for the answer to a command that sets something; it is switched off before any of those.
    /// Setting a power takes half a second, and that of pulses a whole one.
    static let format = LineFormat(
        commandEnd: "\r",
        answerEnd: "\r\n",
        pause: .milliseconds(50),
        patience: .milliseconds(1500)
    )

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("set point") { "\((try setPoint($0) ?? 0).text(places: 1)) mW" },
            StatusRow("measured power") { "\(try measuredPower($0).text(places: 1)) mW" },
            StatusRow("fault") { StradusBits.names(ofFault: try code($0)) },
            StatusRow("interlock") { try isInterlockOpen($0) ? "open" : "closed" },
            StatusRow("operating hours") { try ask("LH", $0, parse: \.number).text(places: 1) },
        ]
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        let names = ["serial number", "part number", "wavelength", "rated power"]
        let fields = zip(names, try line.perform(identification)).map { Setting($0, fixed: $1) }
        return try fields + line.fixed([("firmware", { try ask("FV", $0) { $0 } })])
            + [
                Setting("operating hours", on: line, in: 0...manyHours, get: { try ask("LH", $0, parse: \.number) }),
                temperature("base plate temperature", "BPT", line),
                temperature("optical block temperature", "OBT", line),
                Setting("diode current", on: line, in: 0.0...100_000, get: { try ask("LC", $0, parse: \.number) }),
                Setting("state", on: line) { StradusBits.name(ofState: try code($0)) },
                Setting("fault", on: line) { StradusBits.names(ofFault: try code($0)) },
                Setting("interlock open", on: line, get: isInterlockOpen),
                flag("constant current", "C", line),
                flag("digital modulation", "PUL", line),
                flag("external power control", "EPC", line),
                flag("CDRH delay", "DELAY", line),
            ]
    }

    private func temperature(_ name: String, _ word: String, _ line: SerialLine) -> Setting {
        Setting(name, on: line, in: -273.0...1000, get: { try ask(word, $0, parse: \.number) })
    }

    private func flag(_ name: String, _ word: String, _ line: SerialLine) -> Setting {
        Setting(name, on: line, get: { try flag(word, $0) }) { try tell(word, $0 ? "1" : "0", $1) }
    }

    @RemoteInterfaceBuilder
    public func members(of light: SerialLight<Self>) -> [any RemoteMember] {
        RemoteMethod("clearFault") {
            try light.line.perform { try $0.ask("CFC") { $0.uppercased().hasPrefix("CFC") ? () : nil } }
            return light.status
        }
    }
}

extension Driver where Configuration == LightOptions {
    public static var stradus: Self {
        Driver(
            light: "stradus",
            "a Stradus laser of Vortran's",
            port: StradusCommands.port,
            format: StradusCommands.format,
            commands: StradusCommands(),
            simulated: { SimulatedStradus() }
        )
    }
}
