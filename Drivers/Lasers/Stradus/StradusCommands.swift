public import Devices
public import Transports

/// The commands of Vortran's Stradus lasers; powers are in milliwatts.
public struct StradusCommands: LightCommands {
    public static let typeName = "StradusLaser"

    public init() {}

    /// Ends the echo and the prompt.
    public func identify(_ lines: LineProtocol) throws -> String {
        for command in ["ECHO=0", "PROMPT=0"] { try lines.send(command) }
        try lines.resynchronise()
        return try identification(lines).first ?? ""
    }

    /// Serial number, part, wavelength, power and the beam's shape.
    func identification(_ lines: LineProtocol) throws -> [String] {
        try ask("LI", lines) { text in
            let fields = text.split(separator: ",", omittingEmptySubsequences: false).map { String($0) }
            return fields.count >= 4 ? fields : nil
        }
    }

    // MARK: Power

    public var powerStep: Double { 0.1 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        0...(try ask("MAXP", lines) { $0.number.flatMap { $0 > 0 ? $0 : nil } })
    }

    /// While its input gates it, the power of its pulses.
    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        try ask(try flag("PUL", lines) ? "PP" : "LPS", lines, parse: \.number)
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double { try ask("LP", lines, parse: \.number) }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try tell(try flag("PUL", lines) ? "PP" : "LP", power.text(places: 1), lines)
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try flag("LE", lines) }
    public func switchOn(_ lines: LineProtocol) throws { try tell("LE", "1", lines) }
    public func switchOff(_ lines: LineProtocol) throws { try tell("LE", "0", lines) }

    /// The CDRH delay, if that is told as being off.
    public var switchingTime: Duration { .seconds(6) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        if try isInterlockOpen(lines) { return "the interlock is open" }
        let code = try code(lines)
        if code & StradusBits.warmingUp != 0 { return "it is warming up" }
        return code & ~StradusBits.states == 0 ? nil : "fault: \(StradusBits.names(ofFault: code))"
    }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        try flag("PUL", lines) ? .risingEdge : .software
    }

    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        try tell("PUL", type == .software ? "0" : "1", lines)
    }

    // MARK: What it tells

    func isInterlockOpen(_ lines: LineProtocol) throws -> Bool { try !flag("IL", lines) }

    /// The bits of what is wrong; those that commands have set are gone once they have been read.
    func code(_ lines: LineProtocol) throws -> Int { try ask("FC", lines) { $0.code() } }

    func flag(_ name: String, _ lines: LineProtocol) throws -> Bool { try ask(name, lines, parse: \.flag) }

    // MARK: Exchanges

    /// Asks for a value: `?LE` is answered with `?LE=1`.
    func ask<Value>(_ name: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try exchange("?" + name, "?" + name, lines, parse: parse)
    }

    /// Sets a value: `LE=1` is answered with the same.
    func tell(_ name: String, _ value: String, _ lines: LineProtocol) throws {
        try exchange("\(name)=\(value)", name, lines) { _ in () }
    }

    private func exchange<Value>(
        _ command: String,
        _ name: String,
        _ lines: LineProtocol,
        parse: (String) throws -> Value?
    ) throws -> Value {
        try lines.ask(command) { line in
            guard line.uppercased().hasPrefix(name + "=") else { return nil }
            return try parse(String(line.dropFirst(name.count + 1)))
        }
    }
}
