public import Devices
public import Transports

/// The commands of Oxxius' lasers; powers are in milliwatts, those of an LCX in percent.
public struct OxxiusCommands: LightCommands {
    public static let typeName = "OxxiusLaser"

    public init() {}

    /// Asks for the model first: any text may be a serial number, also what another device says to an unknown word.
    public func identify(_ lines: LineProtocol) throws -> String {
        _ = try model(lines)
        return try ask("hid?", lines) { $0 }
    }

    /// `LBX-488-100-…`, or with another letter in the middle.
    func model(_ lines: LineProtocol) throws -> String {
        try ask("inf?", lines) { line in
            line.hasPrefix("L") && line.dropFirst(2).hasPrefix("X-") ? line : nil
        }
    }

    /// These are not told milliwatts.
    private func isSetInPercent(_ lines: LineProtocol) throws -> Bool { try model(lines).hasPrefix("LCX") }

    // MARK: Power

    public var powerStep: Double { 0.1 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        if try isSetInPercent(lines) { return 0...100 }
        return 0...(try mostPower(lines))
    }

    private func mostPower(_ lines: LineProtocol) throws -> Double {
        try ask("?maxlp", lines) { $0.number.flatMap { $0 > 0 ? $0 : nil } }
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        if try isSetInPercent(lines) { return nil }
        return try ask("?sp", lines, parse: \.number)
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        let milliwatts = try ask("?p", lines, parse: \.number)
        return try isSetInPercent(lines) ? milliwatts / mostPower(lines) * 100 : milliwatts
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try tell("\(try isSetInPercent(lines) ? "ip" : "p") \(power.text(places: 1))", lines)
    }

    // MARK: On and off

    /// During the warm-up light may come out; whether it does is asked for, and taken for granted if not told.
    public func isOn(_ lines: LineProtocol) throws -> Bool {
        switch try state(lines) {
        case .emission, .searching: true
        case .warmUp: try optional { try flag("?l", lines) } ?? true
        case .standby, .alarm, .internalError, .sleep: false
        }
    }

    public func switchOn(_ lines: LineProtocol) throws { try tell("dl 1", lines) }
    public func switchOff(_ lines: LineProtocol) throws { try tell("dl 0", lines) }

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
        try tell("ttl \(type == .software ? 0 : 1)", lines)
    }

    // MARK: What it tells

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

    /// What is answered to commands is not certain, but for what is not understood; what came of them is asked for.
    func tell(_ command: String, _ lines: LineProtocol) throws { try ask(command, lines) { _ in () } }
}
