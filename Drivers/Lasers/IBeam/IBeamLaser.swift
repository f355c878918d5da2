public import Devices
public import Transports

/// An iBeam smart laser of Toptica's.
public typealias IBeamLaser = SerialLight<IBeamCommands>

extension IBeamCommands {
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(
        commandEnd: "\r\n",
        answerEnd: "\r\n",
        echo: .possible,
        prompt: "CMD> ",
        patience: .seconds(1)
    )

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("set point") { "\((try setPoint($0) ?? 0).text(places: 3)) mW" },
            StatusRow("measured power") { "\(try measuredPower($0).text(places: 3)) mW" },
            StatusRow("diode current") { try text("show current", $0) },
            StatusRow("clip") { try text("status clip", $0) },
            StatusRow("temperature") { try text("show temperature", $0) },
            StatusRow("uptime") { try text("status uptime", $0) },
        ]
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        try line.fixed([("serial number", identify), ("firmware", { try text("ver", $0) })])
            + [
                Setting("diode current", on: line) { try text("show current", $0) },
                Setting("temperature", on: line) { try text("show temperature", $0) },
                Setting("clip", on: line) { try text("status clip", $0) },
                Setting("fine", on: line) { try text("status fine", $0) },
                Setting("uptime", on: line) { try text("status uptime", $0) },
            ].known()
    }

    private func text(_ command: String, _ lines: LineProtocol) throws -> String { try ask(command, lines) { $0 } }
}

extension Driver where Configuration == LightOptions {
    public static var iBeam: Self {
        Driver(
            light: "ibeam",
            "an iBeam smart laser of Toptica's",
            port: IBeamCommands.port,
            format: IBeamCommands.format,
            commands: IBeamCommands(),
            simulated: { SimulatedIBeam() }
        )
    }
}
