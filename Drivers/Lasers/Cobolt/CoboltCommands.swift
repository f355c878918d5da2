public import Devices
public import Transports

/// The commands of Cobolt's lasers, 04 to 06 series; powers are in milliwatts.
public struct CoboltCommands: LightCommands {
    public static let typeName = "CoboltLaser"

    public init() {}

    /// A number; what other devices say to a word that they do not know is none.
    public func identify(_ lines: LineProtocol) throws -> String {
        try ask(["sn?", "gsn?"], lines) { line in
            line.allSatisfy { $0.isASCII && $0.isNumber } ? line : nil
        }
    }

    // MARK: Power

    /// The commands take watts, with four digits behind the point.
    public var powerStep: Double { 0.1 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        0...(try ask("gmlp?", lines) { $0.number.flatMap { $0 > 0 ? $0 : nil } })
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? { try ask("p?", lines, parse: Self.milliwatts) }

    /// What is told in watts; a kilowatt is beyond all lasers.
    private static func milliwatts(_ text: String) -> Double? {
        text.number.flatMap { abs($0) < 1000 ? $0 * 1000 : nil }
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        // A late answer to `l?` has been seen in place of the power; a whole watt is beyond these lasers.
        try ask("pa?", lines) { $0 == "1" ? nil : Self.milliwatts($0) }
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try tell("p \((power / 1000).text(places: 4))", lines)
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try ask("l?", lines, parse: \.flag) }

    public func switchOn(_ lines: LineProtocol) throws {
        do { try tell("l1", lines) } catch SerialError.refused(_, let answer) where answer.contains("autostart") {
            throw DeviceError(
                .incompatibleState,
                "with autostart the laser decides itself when to emit, and cannot be switched on; "
                    + "set the setting 'autostart' to false"
            )
        }
    }

    public func switchOff(_ lines: LineProtocol) throws { try tell("l0", lines) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        if try isInterlockOpen(lines) == true { return "the interlock is open" }
        if try isKeyOn(lines) == false { return "the key is off" }
        let fault = try fault(lines)
        return fault == .none ? nil : "fault: \(fault.label)"
    }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        try optional { try mode(lines) } == .modulation ? .risingEdge : .software
    }

    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        guard type != .software else { return try setMode(.constantPower, lines) }
        try tell("sdmes 1", lines)
        try setMode(.modulation, lines)
    }

    // MARK: What it tells

    func isInterlockOpen(_ lines: LineProtocol) throws -> Bool? {
        try optional { try ask("ilk?", lines, parse: \.flag) }
    }

    func isKeyOn(_ lines: LineProtocol) throws -> Bool? {
        try optional { try ask(["@cobasks?", "gkses?"], lines, parse: \.flag) }
    }

    func fault(_ lines: LineProtocol) throws -> CoboltFault { try ask("f?", lines) { $0.code().map(CoboltFault.init) } }

    func mode(_ lines: LineProtocol) throws -> CoboltMode {
        try ask("gam?", lines) { $0.code().flatMap(CoboltMode.init) }
    }

    func setMode(_ mode: CoboltMode, _ lines: LineProtocol) throws { try tell(mode.command, lines) }

    // MARK: Exchanges

    /// Asks, and takes what begins as an error for a refusal.
    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.ask(command) { line in
            guard !line.hasPrefix("Syntax error"), !line.hasPrefix("Error") else {
                throw SerialError.refused(command, answer: line)
            }
            return try parse(line)
        }
    }

    /// Asks in the words of one series, and if it does not know them in those of the next.
    private func ask<Value>(
        _ commands: [String],
        _ lines: LineProtocol,
        parse: (String) throws -> Value?
    ) throws -> Value {
        for command in commands.dropLast() {
            do { return try ask(command, lines, parse: parse) } catch SerialError.refused { continue }
        }
        return try ask(commands.last ?? "", lines, parse: parse)
    }

    func tell(_ command: String, _ lines: LineProtocol) throws {
        try ask(command, lines) { $0 == "OK" ? () : nil }
    }
}
