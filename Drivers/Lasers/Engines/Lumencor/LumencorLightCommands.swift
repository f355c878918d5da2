public import Devices
public import Transports

/// The commands of one light of a Lumencor engine; powers are the engine's own levels, mostly up to 1000.
public struct LumencorLightCommands: LightCommands {
    public static let typeName = "SpectraIIILightChannel"
    private let index: Int
    private let commands: LumencorCommands

    init(_ index: Int, commands: LumencorCommands) { (self.index, self.commands) = (index, commands) }

    public func identify(_: LineProtocol) -> String { "\(index)" }

    // MARK: Power

    public var powerStep: Double { 1 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        0...(try commands.ask("MAXINT", index, lines) { $0.number.flatMap { $0 > 0 && $0 < 1e9 ? $0 : nil } })
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? { try measuredPower(lines) }

    /// It is not measured, but by an option.
    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        try commands.ask("CHINT", index, lines, parse: \.number)
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        guard let level = Int(exactly: power.rounded()) else { throw SerialError.odd(answer: "\(power)", to: "CHINT") }
        try commands.tell("CHINT", index, level, lines)
    }

    // MARK: On and off

    /// Whether there is light, by command or by an input.
    public func isOn(_ lines: LineProtocol) throws -> Bool { try commands.ask("CHACT", index, lines, parse: \.flag) }

    public func switchOn(_ lines: LineProtocol) throws { try commands.tell("CH", index, 1, lines) }
    public func switchOff(_ lines: LineProtocol) throws { try commands.tell("CH", index, 0, lines) }

    /// It refuses what its supply cannot feed, in words of its own.
    public func obstacle(_: LineProtocol) -> String? { nil }

    // MARK: What it tells

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("intensity") { try measuredPower($0).text(places: 0) },
            StatusRow("optical power") { try commands.ask("CHPWR", index, $0) { $0 } },
            StatusRow("engine temperature") { try commands.ask("TEMP", $0) { $0 } },
        ]
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        try [Setting("optical power", on: line) { try commands.ask("CHPWR", index, $0) { $0 } }].known()
    }
}
