public import Devices
public import Transports

/// A laser of Oxxius'.
public typealias OxxiusLaser = SerialLight<OxxiusCommands>

extension OxxiusCommands {
    /// The rate of an LBX; LCX and LMX have 38400.
    static let port = PortSettings(baudRate: 19200)
    static let format = LineFormat(commandEnd: "\n", answerEnd: "\r\n")

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("set point") { try ask("?sp", $0, parse: \.number).text(places: 1) + " mW" },
            StatusRow("measured power") { try ask("?p", $0, parse: \.number).text(places: 1) + " mW" },
            StatusRow("state") { try state($0).label },
            StatusRow("fault") { OxxiusAlarm.name(of: try alarm($0)) },
            StatusRow("interlock") { try isInterlockOpen($0) ? "open" : "closed" },
            StatusRow("key") { try flag("?key", $0).onOrOff },
            StatusRow("operating hours") { try ask("?hh", $0, parse: \.number).text(places: 1) },
        ]
    }

    /// Those that this laser knows.
    public func settings(_ line: SerialLine) throws -> [Setting] {
        try line.fixed([
            ("serial number", identify), ("model", model), ("firmware", { try ask("?sv", $0) { $0 } }),
        ])
            + [
                Setting("operating hours", on: line, in: 0...manyHours, get: { try ask("?hh", $0, parse: \.number) }),
                Setting(
                    "base plate temperature",
                    on: line,
                    in: -273.0...1000,
                    get: { try ask("?bt", $0, parse: \.number) }
                ),
                Setting("state", on: line) { try state($0).label },
                Setting("fault", on: line) { OxxiusAlarm.name(of: try alarm($0)) },
                Setting("interlock open", on: line, get: isInterlockOpen),
                Setting("key on", on: line, get: { try flag("?key", $0) }),
                flag("constant current", "acc", line),
                flag("analog modulation", "am", line),
                flag("digital modulation", "ttl", line),
                flag("CDRH delay", "cdrh", line),
                flag("temperature control", "t", line),
            ].known()
    }

    private func flag(_ name: String, _ word: String, _ line: SerialLine) -> Setting {
        Setting(name, on: line, get: { try flag("?" + word, $0) }) { try tell("\(word) \($0 ? 1 : 0)", $1) }
    }
}

extension Driver where Configuration == LightOptions {
    public static var oxxius: Self {
        Driver(
            light: "oxxius",
            "an LBX, LCX or LMX laser of Oxxius'",
            port: OxxiusCommands.port,
            format: OxxiusCommands.format,
            commands: OxxiusCommands(),
            simulated: { SimulatedOxxius() }
        )
    }
}
