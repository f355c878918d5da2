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

/// The commands of Omicron's DeepStar and LDM lasers; powers are fractions.
///
/// A command whose length is wrong switches the laser off and into its error state, so each is filled up to 16 bytes.
public struct DeepStarCommands: LightCommands {
    public static let typeName = "DeepstarLaser"

    public init() {}

    public func identify(_ lines: LineProtocol) throws -> String {
        let data = try ask("STAT2", lines) { $0.contains("SNP") ? $0 : nil }
        return data.word(after: "SNP") ?? ""
    }

    // MARK: Power

    public var powerStep: Double { 1 / Self.full }
    private static let full = Double(0xFFF)

    public func powerRange(_: LineProtocol) -> ClosedRange<Double> { 0...1 }

    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        try ask("PP?", lines) { $0.level(after: "PP", digits: 3) } / Self.full
    }

    /// As the laser measures it if it has the option for that, and as it is set otherwise.
    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        guard try hasPowerMonitor(lines) else {
            return try ask("PP?", lines) { $0.level(after: "PP", digits: 3) } / Self.full
        }
        return try ask("P?", lines) { $0.level(after: "P", digits: 4) } / Double(0xCCC)
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        let command = "PP" + hexadecimal(Int((min(max(power, 0), 1) * Self.full).rounded()), digits: 3)
        try tell(command, expecting: command, lines)
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try state(lines) == .on }

    /// On, by the digital input and the internal peak power, without other modulation: python-microscope's sequence.
    public func switchOn(_ lines: LineProtocol) throws {
        try tell("LON", expecting: "LONOK", lines)
        try tell("L2", expecting: ">", lines)
        try tell("IPO", expecting: "IPO", lines)
        try tell("MF", expecting: "MF", lines)
        try tell("A2DF", expecting: "A2D OFF", lines)
    }

    public func switchOff(_ lines: LineProtocol) throws {
        // What is off already does not know the command.
        try ask("LF", lines) { ["LOFFOK", "UK", "INT"].contains($0) ? () : nil }
    }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        try state(lines) == .error ? "an error, or an open interlock (state S0)" : nil
    }

    // MARK: Triggers

    /// Enabled it is armed: the input gates it.
    public var triggerTypes: [TriggerType] { [.risingEdge] }
    public func triggerType(_: LineProtocol) -> TriggerType { .risingEdge }

    // MARK: Exchanges

    enum State: String {
        case error = "S0"
        case off = "S1"
        case on = "S2"
    }

    func state(_ lines: LineProtocol) throws -> State { try ask("S?", lines, parse: State.init) }

    func hasPowerMonitor(_ lines: LineProtocol) throws -> Bool {
        try ask("STAT3", lines) { $0.hasPrefix("OC") ? $0.contains("AP1") : nil }
    }

    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.ask(Self.padded(command), parse: parse)
    }

    private func tell(_ command: String, expecting answer: String, _ lines: LineProtocol) throws {
        try ask(command, lines) { line in
            if line == answer { return () }
            guard line != "UK", line != "INT" else {
                throw SerialError.refused(command, answer: line == "INT" ? "INT, the interlock is open" : line)
            }
            return nil
        }
    }

    /// Fourteen characters, which the line end makes 16 bytes.
    private static func padded(_ command: String) -> String {
        command + String(repeating: " ", count: max(0, 14 - command.count))
    }
}

extension String {
    /// The characters up to the next blank, behind a word and perhaps a blank.
    func word(after word: String) -> String? {
        guard let range = firstRange(of: word) else { return nil }
        return self[range.upperBound...].split(separator: " ").first.map(String.init)
    }

    /// A level in hexadecimal digits.
    fileprivate func level(after word: String, digits: Int) -> Double? {
        guard hasPrefix(word), count == word.count + digits else { return nil }
        return String(dropFirst(word.count)).code(radix: 16).map(Double.init)
    }
}
