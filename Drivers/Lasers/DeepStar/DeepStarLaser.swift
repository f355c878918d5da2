public import Devices
public import Transports

/// A DeepStar laser of Omicron's.
public typealias DeepStarLaser = SerialLight<DeepStarCommands>

extension DeepStarCommands {
    static let port = PortSettings(baudRate: 9600)
    static let format = LineFormat(commandEnd: "\r\n", answerEnd: "\r\n", patience: .seconds(1))

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0) ? "on, while its input is high" : "off" },
            StatusRow("set point") { "\(((try setPoint($0) ?? 0) * 100).text(places: 1)) %" },
            StatusRow("fault") { try obstacle($0) ?? "none" },
            StatusRow("model") { try ask("STAT0", $0) { $0.hasPrefix("MC") ? $0 : nil } },
            StatusRow("diode") { try ask("STAT1", $0) { $0.hasPrefix("SL") ? $0 : nil } },
            StatusRow("operating hours") { try hours($0).text(places: 0) },
        ]
    }

    func hours(_ lines: LineProtocol) throws -> Double { try ask("STAT2", lines) { $0.word(after: "WH")?.number } }

    /// Degrees Celsius, told in tenths: `T249`.
    func temperature(_ lines: LineProtocol) throws -> Double {
        try ask("STAT1", lines) { $0.word(after: " T")?.number.map { $0 / 10 } }
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        let fixed = try line.perform { lines in
            let model = try ask("STAT0", lines) { $0.hasPrefix("MC") ? $0 : nil }
            let data = try ask("STAT2", lines) { $0.contains("SNP") ? $0 : nil }
            let options = try ask("STAT3", lines) { $0.hasPrefix("OC") ? $0 : nil }
            return [
                Setting("serial number", fixed: data.word(after: "SNP") ?? ""),
                Setting("controller serial number", fixed: data.word(after: "SNC") ?? ""),
                Setting("model", fixed: model),
                Setting("options", fixed: options),
            ]
        }
        return fixed + [
            Setting("operating hours", on: line, in: 0...manyHours, get: hours),
            Setting("diode temperature", on: line, in: -273.0...1000, get: temperature),
            Setting("fault", on: line) { try obstacle($0) ?? "none" },
        ]
    }
}

extension Driver where Configuration == LightOptions {
    public static var deepStar: Self {
        Driver(
            light: "deepstar",
            "a DeepStar or LDM laser of Omicron's",
            port: DeepStarCommands.port,
            format: DeepStarCommands.format,
            commands: DeepStarCommands(),
            simulated: { SimulatedDeepStar() }
        )
    }
}
