public import Transports

/// The commands of Coherent's Sapphire lasers; powers are in milliwatts.
///
/// What sets something is answered with no more than an echo or an empty line, so what came of it is asked for.
public struct SapphireCommands: LightCommands {
    public static let typeName = "SapphireLaser"

    public init() {}

    /// Ends the prompt; whether commands are echoed makes no difference.
    public func identify(_ lines: LineProtocol) throws -> String {
        try lines.send(">=0")
        let number = try ask("?HID", lines, parse: \.number)
        guard (0..<1e15).contains(number) else { throw SerialError.odd(answer: "\(number)", to: "?HID") }
        // The whole part alone means something.
        return number.rounded(.down).text(places: 0)
    }

    // MARK: Power

    public var powerStep: Double { 0.001 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        let lowest = try ask("?MINLP", lines, parse: \.number)
        let highest = try ask("?MAXLP", lines, parse: \.number)
        guard lowest <= highest else { throw SerialError.odd(answer: "\(lowest) to \(highest)", to: "?MINLP, ?MAXLP") }
        return lowest...highest
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? { try ask("?SP", lines, parse: \.number) }
    public func measuredPower(_ lines: LineProtocol) throws -> Double { try ask("?P", lines, parse: \.number) }
    public func setPower(_ power: Double, _ lines: LineProtocol) throws { try lines.send("P=\(power.text(places: 3))") }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try ask("?L", lines, parse: \.flag) }
    public func switchOn(_ lines: LineProtocol) throws { try lines.send("L=1") }
    public func switchOff(_ lines: LineProtocol) throws { try lines.send("L=0") }
    /// It takes more than half a second.
    public var switchingTime: Duration { .seconds(3) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        if try !ask("?K", lines, parse: \.flag) { return "the key is at standby" }
        if try !ask("?T", lines, parse: \.flag) { return "the temperature control (TEC) is off" }
        let fault = try fault(lines)
        if fault != 0 { return "fault: \(SapphireBits.names(ofFault: fault))" }
        let state = try ask("?STA", lines) { $0.code() }
        return SapphireBits.isStarting(state) ? "its state: \(SapphireBits.name(ofState: state))" : nil
    }

    // MARK: What it tells

    /// The bits of what is wrong, without that for being ready.
    func fault(_ lines: LineProtocol) throws -> Int { try ask("?FF", lines) { $0.code() } & ~SapphireBits.ready }

    func state(_ lines: LineProtocol) throws -> String {
        try ask("?STA", lines) { $0.code().map(SapphireBits.name(ofState:)) }
    }

    /// Hours, which come as `257:34`.
    func hours(_ lines: LineProtocol) throws -> Double {
        try ask("?HH", lines) { text in
            let parts = text.split(separator: ":").map(String.init)
            guard let hours = parts.first?.number, parts.count <= 2 else { return nil }
            return hours + (parts.dropFirst().first?.number ?? 0) / 60
        }
    }

    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.ask(command, parse: parse)
    }

    func text(_ command: String, _ lines: LineProtocol) throws -> String { try ask(command, lines) { $0 } }
}
