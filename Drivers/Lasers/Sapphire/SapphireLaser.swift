public import Devices
public import Transports

/// A Sapphire laser of Coherent's.
public typealias SapphireLaser = SerialLight<SapphireCommands>

extension SapphireCommands {
    static let port = PortSettings(baudRate: 19200)
    static let format = LineFormat(
        commandEnd: "\r\n",
        answerEnd: "\r\n",
        echo: .orEmptyLine,
        prompt: "Sapphire:0-> ",
        pause: .milliseconds(50)
    )

    public var status: [StatusRow] {
        [
            StatusRow("state", state),
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("temperature control") { try ask("?T", $0, parse: \.flag).onOrOff },
            StatusRow("key") { try ask("?K", $0, parse: \.flag) ? "on" : "standby" },
            StatusRow("set point") { "\((try setPoint($0) ?? 0).text(places: 1)) mW" },
            StatusRow("measured power") { "\(try measuredPower($0).text(places: 1)) mW" },
            StatusRow("fault") { SapphireBits.names(ofFault: try fault($0)) },
            StatusRow("operating hours") { try hours($0).text(places: 2) },
        ]
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        let fixed = try line.perform { lines in
            [
                Setting("serial number", fixed: try identify(lines)),
                Setting("model", fixed: try text("LT", lines)),
                Setting("wavelength", fixed: try text("?WAVE", lines)),
                Setting("rated power", fixed: try text("NOMP", lines)),
            ]
        }
        return fixed + [
            Setting("firmware", on: line) { try text("SV", $0) },
            Setting("state", on: line, text: state),
            Setting("fault", on: line) { SapphireBits.names(ofFault: try fault($0)) },
            Setting("key on", on: line, get: { try ask("?K", $0, parse: \.flag) }),
            Setting("operating hours", on: line, in: 0...manyHours, get: hours),
            Setting("temperature control", on: line, get: { try ask("?T", $0, parse: \.flag) }) { isOn, lines in
                try lines.send("T=\(isOn ? 1 : 0)")
                guard try ask("?T", lines, parse: \.flag) == isOn else {
                    throw SerialError.refused("T=\(isOn ? 1 : 0)", answer: "the switch stays as it is")
                }
            },
        ]
    }

    @RemoteInterfaceBuilder
    public func members(of light: SerialLight<Self>) -> [any RemoteMember] {
        // As python-microscope calls it; the laser forgets a fault by itself when its cause is gone.
        RemoteMethod("clearFault") { light.status }
    }
}

extension Driver where Configuration == LightOptions {
    public static var sapphire: Self {
        Driver(
            light: "sapphire",
            "a Sapphire laser of Coherent's",
            port: SapphireCommands.port,
            format: SapphireCommands.format,
            commands: SapphireCommands(),
            simulated: { SimulatedSapphire() }
        )
    }
}
