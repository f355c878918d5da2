public import Devices
public import Transports

/// An Omicron DeepStar laser.
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

    /// Degrees Celsius; the answer is in tenths: `T249`.
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
            "Omicron DeepStar and LDM lasers",
            port: DeepStarCommands.port,
            format: DeepStarCommands.format,
            commands: DeepStarCommands(),
            simulated: { SimulatedDeepStar() }
        )
        .proven(
            Proof(
                sources: "TA DeepStar 488 with firmware R111",
                witnesses: [
                    .pythonMicroscope("light, powers", tests: "test_both_drivers_agree")
                ],
                untested: []
            )
        )
    }
}

/// The commands of Omicron DeepStar and LDM lasers; powers are fractions.
///
/// A command of the wrong length switches the laser off and into its error state, so each is padded to 16 bytes.
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

    /// The measured power if the laser has the power monitor option, otherwise the set point.
    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        guard try hasPowerMonitor(lines) else {
            return try ask("PP?", lines) { $0.level(after: "PP", digits: 3) } / Self.full
        }
        return try ask("P?", lines) { $0.level(after: "P", digits: 4) } / Double(0xCCC)
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        let command = "PP" + hexadecimal(Int((min(max(power, 0), 1) * Self.full).rounded()), digits: 3)
        try order(command, expecting: command, lines)
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try state(lines) == .on }

    /// Emission gated by the digital input, with internal peak power and no other modulation.
    ///
    /// The sequence is python-microscope's.
    public func switchOn(_ lines: LineProtocol) throws {
        try order("LON", expecting: "LONOK", lines)
        try order("L2", expecting: ">", lines)
        try order("IPO", expecting: "IPO", lines)
        try order("MF", expecting: "MF", lines)
        try order("A2DF", expecting: "A2D OFF", lines)
    }

    public func switchOff(_ lines: LineProtocol) throws {
        // A laser that is already off does not know the command.
        try ask("LF", lines) { ["LOFFOK", "UK", "INT"].contains($0) ? () : nil }
    }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        try state(lines) == .error ? "an error, or an open interlock (state S0)" : nil
    }

    // MARK: Triggers

    /// An enabled laser is armed: the input gates it.
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

    private func order(_ command: String, expecting answer: String, _ lines: LineProtocol) throws {
        try ask(command, lines) { line in
            if line == answer { return () }
            guard line != "UK", line != "INT" else {
                throw SerialError.refused(command, answer: line == "INT" ? "INT, the interlock is open" : line)
            }
            return nil
        }
    }

    /// Fourteen characters, 16 bytes with the line end.
    private static func padded(_ command: String) -> String {
        command + String(repeating: " ", count: max(0, 14 - command.count))
    }
}

extension String {
    /// The characters after a word and an optional blank, up to the next blank.
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
