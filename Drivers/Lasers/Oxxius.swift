public import Devices
public import Transports

/// An Oxxius laser.
public typealias OxxiusLaser = SerialLight<OxxiusCommands>

extension OxxiusCommands {
    /// The rate of an LBX; LCX and LMX use 38400 baud.
    static let port = PortSettings(baudRate: 19200)
    static let format = LineFormat(commandEnd: "\n", answerEnd: "\r\n")

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("set point") { lines in
                let isPercent = try isSetInPercent(lines)
                return "\((try setPoint(lines) ?? 0).text(places: 1)) \(isPercent ? "%" : "mW")"
            },
            StatusRow("measured power") { try ask("?p", $0, parse: \.number).text(places: 1) + " mW" },
            StatusRow("state") { try state($0).label },
            StatusRow("fault") { OxxiusAlarm.name(of: try alarm($0)) },
            StatusRow("interlock") { try isInterlockOpen($0) ? "open" : "closed" },
            StatusRow("key") { try flag("?key", $0).onOrOff },
            StatusRow("operating hours") { try ask("?hh", $0, parse: \.number).text(places: 1) },
        ]
    }

    /// The settings that this laser supports.
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
        Setting(name, on: line, get: { try flag("?" + word, $0) }) { try order("\(word) \($0 ? 1 : 0)", $1) }
    }
}

extension Driver where Configuration == LightOptions {
    public static var oxxius: Self {
        Driver(
            light: "oxxius",
            "Oxxius LBX, LCX and LMX lasers",
            port: OxxiusCommands.port,
            format: OxxiusCommands.format,
            commands: OxxiusCommands(),
            simulated: { SimulatedOxxius() }
        )
        .proven(
            Proof(
                sources: "Oxxius' manual; drivers by others, without a firmware",
                untested: []
            )
        )
    }
}

/// The commands of Oxxius lasers; powers are in milliwatts, for an LCX or LMX in percent.
///
/// Sources: Micro-Manager's adapters by Oxxius (Oxxius.cpp of 2019, and OxxiusCombiner), the Allen Institute's
/// oxxius_laser.
public struct OxxiusCommands: LightCommands {
    public static let typeName = "OxxiusLaser"

    public init() {}

    /// Checks the model first: any text may be a serial number, even another device's answer to an unknown word.
    public func identify(_ lines: LineProtocol) throws -> String {
        _ = try model(lines)
        return try ask("hid?", lines) { $0 }
    }

    /// The model, such as `LBX-488-100-…`.
    func model(_ lines: LineProtocol) throws -> String {
        try ask("inf?", lines) { line in
            line.hasPrefix("L") && line.dropFirst(2).hasPrefix("X-") ? line : nil
        }
    }

    /// All but an LBX take percent (`ip`) instead of milliwatts (Micro-Manager's Oxxius.cpp, OnPowerSP).
    private func isSetInPercent(_ lines: LineProtocol) throws -> Bool { try !model(lines).hasPrefix("LBX") }

    // MARK: Power

    public var powerStep: Double { 0.1 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        if try isSetInPercent(lines) { return 0...100 }
        return 0...(try mostPower(lines))
    }

    /// In milliwatts: the laser's own, or the rated power in its model `LMX-561-100`.
    private func mostPower(_ lines: LineProtocol) throws -> Double {
        let found = try optional { try ask("?maxlp", lines) { $0.number.flatMap { $0 > 0 ? $0 : nil } } }
        if let found { return found }
        let fields = try model(lines).split(separator: "-").map(String.init)
        guard fields.count > 2, let rated = fields[2].number, rated > 0 else {
            throw SerialError.refused("?maxlp", answer: "the model does not name the power")
        }
        return rated
    }

    /// Of an LCX or LMX the answer to `ip` alone, `40.0%` (Micro-Manager, both adapters).
    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        guard try isSetInPercent(lines) else { return try ask("?sp", lines, parse: \.number) }
        return try optional { try ask("ip", lines) { $0.hasSuffix("%") ? String($0.dropLast()).number : $0.number } }
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        let milliwatts = try ask("?p", lines, parse: \.number)
        return try isSetInPercent(lines) ? milliwatts / mostPower(lines) * 100 : milliwatts
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try order("\(try isSetInPercent(lines) ? "ip" : "p") \(power.text(places: 1))", lines)
    }

    // MARK: On and off

    /// During the warm-up light may come out: `?l` decides, and a laser that does not know it counts as on.
    public func isOn(_ lines: LineProtocol) throws -> Bool {
        switch try state(lines) {
        case .emission, .searching: true
        case .warmUp: try optional { try flag("?l", lines) } ?? true
        case .standby, .alarm, .internalError, .sleep: false
        }
    }

    public func switchOn(_ lines: LineProtocol) throws { try order("dl 1", lines) }
    public func switchOff(_ lines: LineProtocol) throws { try order("dl 0", lines) }

    /// The CDRH delay.
    public var switchingTime: Duration { .seconds(6) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        if try isInterlockOpen(lines) { return "the interlock is open" }
        if try optional({ try flag("?key", lines) }) == false { return "the key is off" }
        let alarm = try alarm(lines)
        if alarm != 0 { return "fault: \(OxxiusAlarm.name(of: alarm))" }
        let state = try state(lines)
        return [.warmUp, .sleep, .alarm, .internalError].contains(state) ? "its state: \(state.label)" : nil
    }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        try optional { try flag("?ttl", lines) } == true ? .risingEdge : .software
    }

    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        try order("ttl \(type == .software ? 0 : 1)", lines)
    }

    // MARK: State

    func state(_ lines: LineProtocol) throws -> OxxiusState {
        try ask("?sta", lines) { $0.code().flatMap(OxxiusState.init) }
    }

    func alarm(_ lines: LineProtocol) throws -> Int { try ask("?f", lines) { $0.code() } }
    func isInterlockOpen(_ lines: LineProtocol) throws -> Bool { try !flag("?int", lines) }
    func flag(_ command: String, _ lines: LineProtocol) throws -> Bool { try ask(command, lines, parse: \.flag) }

    // MARK: Exchanges

    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.ask(command) { line in
            guard line != "????" else { throw SerialError.refused(command, answer: line) }
            return try parse(line)
        }
    }

    /// Sends a command; the answer is uncertain except for a refusal, so the driver reads back the effect.
    func order(_ command: String, _ lines: LineProtocol) throws { try ask(command, lines) { _ in () } }
}

/// The state of an Oxxius laser: the answer to `?sta`.
///
/// 4 and 5 by Micro-Manager's Oxxius.cpp, which is for single lasers; its OxxiusCombiner and oxxius_laser have them the
/// other way round. Both are dark, and `?f` says why.
enum OxxiusState: Int {
    case warmUp = 1, standby, emission, alarm, internalError, sleep
    /// The search for the single longitudinal mode, with light on.
    case searching

    var label: String {
        switch self {
        case .warmUp: "warm-up"
        case .standby: "standby"
        case .emission: "emission"
        case .alarm: "alarm"
        case .internalError: "internal error"
        case .sleep: "sleep"
        case .searching: "SLM search"
        }
    }
}

/// The alarms of an Oxxius laser: the answer to `?f`.
enum OxxiusAlarm {
    static func name(of code: Int) -> String {
        switch code {
        case 0: "none"
        case 1: "current"
        case 2: "power"
        case 3: "voltage"
        case 4: "inner temperature"
        case 5: "head temperature"
        case 7: "interlock"
        case 8: "manual reset needed"
        default: "number \(code)"
        }
    }
}
