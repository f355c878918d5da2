public import Devices
public import Transports

/// The commands of one channel of a CoolLED; powers are in percent.
public struct CoolLEDLightCommands: LightCommands {
    public static let typeName = "CoolLEDChannel"
    private let letter: Character
    private let gates: CoolLEDGates

    init(_ letter: Character, _ gates: CoolLEDGates) { (self.letter, self.gates) = (letter, gates) }

    public func identify(_: LineProtocol) -> String { String(letter) }

    // MARK: Power

    public var powerStep: Double { 1 }
    public func powerRange(_: LineProtocol) -> ClosedRange<Double> { 0...100 }
    public func setPoint(_ lines: LineProtocol) throws -> Double? { try measuredPower(lines) }

    /// It is not measured.
    public func measuredPower(_ lines: LineProtocol) throws -> Double { Double(try state(lines).intensity) }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try change(lines) { $0.intensity = Int(min(max(power, 0), 100).rounded()) }
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try state(lines).isSelected }

    public func switchOn(_ lines: LineProtocol) throws {
        try change(lines) { ($0.isSelected, $0.isOn) = (true, !gates[letter]) }
    }

    public func switchOff(_ lines: LineProtocol) throws {
        do { try change(lines) { ($0.isSelected, $0.isOn) = (false, false) } } catch let error as SerialError {
            // A box whose answers are lost may still hear this, which needs no state to be known.
            _ = try? lines.exchange("C\(letter)X")
            throw error
        }
    }

    /// It tells of nothing that could be.
    public func obstacle(_: LineProtocol) -> String? { nil }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        let state = try state(lines)
        let isGated = state.isSelected ? !state.isOn : gates[letter]
        return isGated ? .risingEdge : .software
    }

    /// While it is not selected the box would forget it.
    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        if try state(lines).isSelected { try change(lines) { $0.isOn = type == .software } }
        gates[letter] = type != .software
    }

    // MARK: What it tells

    public var status: [StatusRow] {
        [
            StatusRow("emission") { lines in
                let state = try state(lines)
                return !state.isSelected ? "off" : state.isOn ? "on" : "on, while its input is high"
            },
            StatusRow("intensity") { "\(try state($0).intensity) %" },
        ]
    }

    private func state(_ lines: LineProtocol) throws -> CoolLEDChannel {
        try lines.ask("CSS?") { line in CoolLEDChannel.channels(line)?.first { $0.letter == letter } }
    }

    private func change(_ lines: LineProtocol, _ change: (inout CoolLEDChannel) -> Void) throws {
        var state = try state(lines)
        change(&state)
        // All channels are told, or the one that was changed.
        try lines.ask("CSS" + state.text) { line in
            CoolLEDChannel.channels(line)?.contains { $0.letter == letter } == true ? () : nil
        }
    }
}
