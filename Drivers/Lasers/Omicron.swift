public import Devices
public import Transports

/// An Omicron LuxX, PhoxX or BrixX laser.
public typealias OmicronLaser = SerialLight<OmicronCommands>

extension OmicronCommands {
    /// The rate of the USB connector; the RS-232 connector uses 57600 baud.
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

    /// The settings that this laser supports.
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

    /// A switch that is one bit of the mode.
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
            "Omicron LuxX, PhoxX and BrixX lasers",
            port: OmicronCommands.port,
            format: OmicronCommands.format,
            commands: OmicronCommands(),
            simulated: { SimulatedOmicron() }
        )
        .proven(
            Proof(
                sources: """
                    Omicron's manual; a driver by others that names PhoxX, LuxX, LuxX+, LEDMOD2+ and BrixX, without a \
                    firmware
                    """,
                untested: ["LedHUB", "LightHUB"]
            )
        )
    }
}

/// The commands of Omicron LuxX, PhoxX and BrixX lasers; powers are in milliwatts.
///
/// Lines that start with `$` are unsolicited messages, not answers: the ad hoc mode (bit 13), which is left as it is.
/// Sources: Odemis, Micro-Manager's adapter by Omicron, and Omicron's list of commands (V1.0) as luxx_communication 0.1.4
/// gives it.
public struct OmicronCommands: LightCommands {
    public static let typeName = "OmicronLaser"

    public init() {}

    public func identify(_ lines: LineProtocol) throws -> String { try ask("GSN", lines) { $0 } }

    // MARK: Power

    private static let full = Double(0xFFF)

    /// At least one of 4095 steps of the maximum power of these lasers.
    public var powerStep: Double { 0.5 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        let most = try optional { try ask("GMP", lines, parse: Self.positive) } ?? ratedPower(lines)
        return 0...most
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        Double(try level(lines)) / Self.full * (try powerRange(lines).upperBound)
    }

    /// The measured power, or the set point of a laser that does not measure.
    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        try optional { try ask("MDP", lines, parse: \.number) } ?? setPoint(lines) ?? 0
    }

    /// The laser stores the level permanently, so an unchanged level is not written again.
    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        let fraction = min(max(power / (try powerRange(lines).upperBound), 0), 1)
        let level = Int((fraction * Self.full).rounded())
        if try self.level(lines) != level { try order("SLP", hexadecimal(level, digits: 3), lines) }
    }

    private func level(_ lines: LineProtocol) throws -> Int {
        try ask("GLP", lines) { $0.code(radix: 16).flatMap { $0 <= 0xFFF ? $0 : nil } }
    }

    private func ratedPower(_ lines: LineProtocol) throws -> Double {
        try ask("GSI", lines) { $0.omicronFields.dropFirst().first.flatMap(Self.positive) }
    }

    private static func positive(_ text: String) -> Double? { text.number.flatMap { $0 > 0 ? $0 : nil } }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try status(lines) & OmicronBits.emitting != 0 }

    public func switchOn(_ lines: LineProtocol) throws {
        let mode = try mode(lines)
        if mode & OmicronBits.released != OmicronBits.released { try setMode(mode | OmicronBits.released, lines) }
        try order("POn", lines)
        try order("LOn", lines)
    }

    public func switchOff(_ lines: LineProtocol) throws { try order("LOf", lines) }

    /// A LuxX takes about three seconds to emit (luxx_communication 0.1.4).
    public var switchingTime: Duration { .seconds(6) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        let failure = try failure(lines), status = try status(lines)
        if failure & OmicronBits.interlock != 0 { return "the interlock is open" }
        if status & OmicronBits.keyToggle != 0 { return "the key must be turned off and on again" }
        if status & OmicronBits.key == 0 { return "the key is off" }
        if status & OmicronBits.enabled == 0 { return "the input 'external enable' or a shutter keeps it dark" }
        if status & OmicronBits.error == 0 { return nil }
        return "fault: \(OmicronBits.names(ofFailure: failure)); clearFault() resets the laser"
    }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        try mode(lines) & OmicronBits.modulated == 0 ? .software : .risingEdge
    }

    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        let mode = try mode(lines) & ~OmicronBits.modulated
        try setMode(type == .software ? mode : mode | OmicronBits.digital, lines)
    }

    // MARK: State

    func status(_ lines: LineProtocol) throws -> Int { try bits("GAS", lines) }
    func failure(_ lines: LineProtocol) throws -> Int { try bits("GFB", lines) }
    func mode(_ lines: LineProtocol) throws -> Int { try bits("GOM", lines) }

    func bits(_ command: String, _ lines: LineProtocol) throws -> Int {
        try ask(command, lines) { $0.code(radix: 16).flatMap { $0 <= 0xFFFF_FFFF ? $0 : nil } }
    }

    func setMode(_ mode: Int, _ lines: LineProtocol) throws {
        try order("SOM", hexadecimal(mode & 0xFFFF, digits: 4), lines)
    }

    /// Restarts the controller, which is needed after a fault even if its cause is gone.
    func reset(_ lines: LineProtocol) throws {
        try order("RsC", lines)
        // It announces within five seconds that it is back.
        let end = ContinuousClock.now + .seconds(6)
        while try lines.readLine(within: end - .now) != "$RsC>" {}
    }

    // MARK: Exchanges

    /// Asks a question and parses what follows the command's letters in the answer.
    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try exchange(command, "", lines) { data in
            guard data != "x" else { throw SerialError.refused(command, answer: "not available") }
            return try parse(data)
        }
    }

    func order(_ command: String, _ lines: LineProtocol) throws { try order(command, "", lines) }

    func order(_ command: String, _ argument: String, _ lines: LineProtocol) throws {
        try exchange(command, argument, lines) { data in
            guard data != "x" else { throw SerialError.refused(command + argument, answer: "x, it cannot do that now") }
            return data == ">" ? () : nil
        }
    }

    private func exchange<Value>(
        _ command: String,
        _ argument: String,
        _ lines: LineProtocol,
        parse: (String) throws -> Value?
    ) throws -> Value {
        try lines.ask("?" + command + argument) { line in
            guard line != "!UK" else { throw SerialError.refused(command, answer: "an unknown command") }
            guard line.hasPrefix("!" + command) else { return nil }
            return try parse(String(line.dropFirst(1 + command.count)))
        }
    }
}

extension String {
    /// The fields of an answer, without the stray bytes that have been seen in them.
    ///
    /// The separator is a paragraph sign (0xA7), or what another program has chosen: `GFw|` of ImSwitch's driver for the
    /// QuixX holds until a reset.
    var omicronFields: [String] {
        filter { $0 != "\u{FF}" }
            .split(omittingEmptySubsequences: false) { character in
                !(character.isASCII && (character.isLetter || character.isNumber || "+-./ _".contains(character)))
            }
            .map(String.init)
    }
}

/// The bits of Omicron's status, mode and failure words and their meanings.
enum OmicronBits {
    // Status.
    static let error = 1 << 0
    static let emitting = 1 << 1
    static let enabled = 1 << 6
    static let key = 1 << 7
    static let keyToggle = 1 << 8

    // Failures.
    static let interlock = 1 << 9

    // Mode.
    /// Bias and operation release: without both the laser emits nothing.
    static let released = 1 << 3 | 1 << 4
    static let digital = 1 << 5
    static let analog = 1 << 7
    static let constantPower = 1 << 8
    static let modulated = digital | analog

    private static let status: [(bit: Int, name: String)] = [
        (error, "error"), (emitting, "emission"), (enabled, "external enable"), (key, "key on"),
        (keyToggle, "key must be toggled"),
    ]

    private static let failures: [(bit: Int, name: String)] = [
        (1 << 0, "soft interlock"), (1 << 4, "CDRH"), (1 << 5, "internal communication"), (1 << 8, "voltage"),
        (interlock, "interlock loop open"), (1 << 10, "over-current"), (1 << 11, "ambient temperature"),
        (1 << 12, "diode temperature"), (1 << 14, "internal error"), (1 << 15, "over-power"),
    ]

    /// Bits that no source explains are left out: healthy lasers set them too.
    static func names(ofStatus bits: Int) -> String { bitNames(of: bits & status.reduce(0) { $0 | $1.bit }, status) }

    static func names(ofFailure bits: Int) -> String { bitNames(of: bits, failures) }
}
