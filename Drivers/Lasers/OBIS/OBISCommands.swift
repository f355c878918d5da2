public import Devices
public import Transports

/// The commands of Coherent's OBIS lasers; powers are in watts.
public struct OBISCommands: LightCommands {
    public static let typeName = "ObisLaser"

    /// Which laser of a box is meant; nil for one that has its line to itself, and for the box.
    let index: Int?

    public init() { index = nil }

    init(index: Int) { self.index = index }

    /// Has each command answered with `OK` or an error, so that answers have an end.
    public func identify(_ lines: LineProtocol) throws -> String {
        try lines.repeating {
            do { return try ask("SYST:INF:SNUM?", lines) { $0 } } catch let error as SerialError where error.isPassing {
                try tell("SYST:COMM:HAND ON", lines)
                throw error
            }
        }
    }

    // MARK: Power

    public var powerStep: Double { 0.00001 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        let lowest = try ask("SOUR:POW:LIM:LOW?", lines, parse: \.number)
        let highest = try ask("SOUR:POW:LIM:HIGH?", lines, parse: \.number)
        guard lowest <= highest else {
            throw SerialError.odd(answer: "\(lowest) to \(highest)", to: "SOUR:POW:LIM:LOW?, HIGH?")
        }
        return lowest...highest
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        try ask("SOUR:POW:LEV:IMM:AMPL?", lines, parse: \.number)
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        try ask("SOUR:POW:LEV?", lines, parse: \.number)
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try tell("SOUR:POW:LEV:IMM:AMPL \(power.text(places: 5))", lines)
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try flag("SOUR:AM:STAT?", lines) }

    public func switchOn(_ lines: LineProtocol) throws {
        // Asleep it emits nothing; awake it needs minutes to warm up.
        if try !flag("SOUR:TEMP:APR?", lines) { try tell("SOUR:TEMP:APR ON", lines) }
        try tell("SOUR:AM:STAT ON", lines)
    }

    public func switchOff(_ lines: LineProtocol) throws { try tell("SOUR:AM:STAT OFF", lines) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        let fault = try fault(lines)
        if fault != 0 { return "fault: \(OBISBits.names(ofFault: fault))" }
        let status = try status(lines)
        if status & OBISBits.warmingUp != 0 { return "it is warming up" }
        if status & OBISBits.ready == 0 {
            return "it is not ready (interlock, key?): \(OBISBits.names(ofStatus: status))"
        }
        return nil
    }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        try mode(lines).isExternal ? .risingEdge : .software
    }

    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        try setMode(type == .software ? .constantPower : .digital, lines)
    }

    // MARK: What it tells

    func status(_ lines: LineProtocol) throws -> Int { try ask("SYST:STAT?", lines) { $0.code(radix: 16) } }
    func fault(_ lines: LineProtocol) throws -> Int { try ask("SYST:FAUL?", lines) { $0.code(radix: 16) } }

    func mode(_ lines: LineProtocol) throws -> OBISMode { try ask("SOUR:AM:SOUR?", lines) { OBISMode(answer: $0) } }
    func setMode(_ mode: OBISMode, _ lines: LineProtocol) throws { try tell("SOUR:AM:\(mode.command)", lines) }

    func flag(_ command: String, _ lines: LineProtocol) throws -> Bool {
        try ask(command, lines) { $0.uppercased() == "ON" ? true : $0.uppercased() == "OFF" ? false : nil }
    }

    /// A temperature in degrees Celsius, which comes as `25.3C`.
    func temperature(_ command: String, _ lines: LineProtocol) throws -> Double {
        try ask(command, lines) { ($0.hasSuffix("C") ? String($0.dropLast()) : $0).number }
    }

    // MARK: Exchanges

    /// Asks, and gives the value of the first line that has one before the `OK`.
    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.repeating {
            let answer = try exchange(command, lines)
            for line in answer.dropLast() { if let value = try parse(line) { return value } }
            throw SerialError.odd(answer: answer.joined(separator: " "), to: command)
        }
    }

    func tell(_ command: String, _ lines: LineProtocol) throws {
        try lines.repeating { _ = try exchange(command, lines) }
    }

    private func exchange(_ command: String, _ lines: LineProtocol) throws -> [String] {
        let command = addressed(command)
        let answer = try lines.exchange(command) { $0 == "OK" || $0.hasPrefix("ERR") }
        guard let error = answer.last, error != "OK" else { return answer }
        throw SerialError.refused(command, answer: OBISBits.text(ofError: error))
    }

    /// The command with the number of the laser behind its first word: `SYST2:STAT?`.
    private func addressed(_ command: String) -> String {
        guard let index, let colon = command.firstIndex(of: ":") else { return command }
        return command[..<colon] + "\(index)" + command[colon...]
    }
}
