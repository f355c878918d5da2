public import Devices
public import Transports

/// The commands of one laser of an iChrome MLE; powers are in percent.
public struct IChromeLaserCommands: LightCommands {
    public static let typeName = "iChromeLaser"
    private let number: Int

    init(_ number: Int) { self.number = number }

    private func name(_ parameter: String) -> String { "laser\(number):\(parameter)" }

    /// Its label.
    public func identify(_ lines: LineProtocol) throws -> String {
        try IChromeConsole(lines: lines).text(name("label"))
    }

    // MARK: Power

    public var powerStep: Double { 0.1 }
    public func powerRange(_: LineProtocol) -> ClosedRange<Double> { 0...100 }
    public func setPoint(_ lines: LineProtocol) throws -> Double? { try measuredPower(lines) }

    /// It is not measured.
    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        try IChromeConsole(lines: lines).number(name("level"))
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try IChromeConsole(lines: lines).set(name("level"), to: power.text(places: 1))
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool {
        guard try flag("enable", lines) else { return false }
        return try flag("cw", lines) || flag("use-ttl", lines)
    }

    public func switchOn(_ lines: LineProtocol) throws {
        // With neither of the two it would stay dark.
        if try !flag("cw", lines) && !flag("use-ttl", lines) { try setTriggerType(.software, lines) }
        try set("enable", true, lines)
    }

    public func switchOff(_ lines: LineProtocol) throws { try set("enable", false, lines) }

    /// What is in the way stands in words of the laser's own in its status.
    public func obstacle(_: LineProtocol) -> String? { nil }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        try flag("use-ttl", lines) ? .risingEdge : .software
    }

    /// The two ways exclude each other, and each is set by itself.
    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        let (other, wanted) = type == .software ? ("use-ttl", "cw") : ("cw", "use-ttl")
        try set(other, false, lines)
        try set(wanted, true, lines)
    }

    // MARK: What it tells

    private func flag(_ parameter: String, _ lines: LineProtocol) throws -> Bool {
        try IChromeConsole(lines: lines).flag(name(parameter))
    }

    private func set(_ parameter: String, _ value: Bool, _ lines: LineProtocol) throws {
        try IChromeConsole(lines: lines).set(name(parameter), to: value)
    }

    private func text(_ parameter: String, _ lines: LineProtocol) throws -> String {
        try IChromeConsole(lines: lines).text(name(parameter))
    }

    public var status: [StatusRow] {
        [
            StatusRow("emission") { lines in
                guard try isOn(lines) else { return "off" }
                return try flag("use-ttl", lines) ? "on, while its input is high" : "on"
            },
            StatusRow("level") { "\(try measuredPower($0).text(places: 1)) %" },
            StatusRow("status") { try text("status-txt", $0) },
        ]
    }

    /// As python-microscope has them, and the status.
    public func settings(_ line: SerialLine) throws -> [Setting] {
        try line.fixed([("label", identify), ("type", { try text("type", $0) })])
            + [
                Setting("delay", on: line, in: -1_000_000...1_000_000) { lines in
                    let delay = try IChromeConsole(lines: lines).number(name("delay"))
                    guard let whole = Int(exactly: delay) else {
                        throw SerialError.odd(answer: "\(delay)", to: "delay")
                    }
                    return whole
                },
                Setting("status", on: line) { try text("status-txt", $0) },
            ].known()
    }
}
