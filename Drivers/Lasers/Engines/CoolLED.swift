public import Devices
internal import Platform
public import Transports

/// A CoolLED light source: pE-300 series, pE-340, pE-4000.
public typealias CoolLED = LightEngine<CoolLEDCommands>

extension CoolLEDCommands {
    static let port = PortSettings(baudRate: 57600)
    static let format = LineFormat(commandEnd: "\r", answerEnd: "\r\n", silence: .seconds(1))
}

extension Driver where Configuration == LightOptions {
    public static var coolLED: Self {
        Driver(
            engine: "coolled",
            "CoolLED pE-300 series, pE-340 and pE-4000, with their channels",
            port: CoolLEDCommands.port,
            format: CoolLEDCommands.format,
            commands: CoolLEDCommands(),
            simulated: { SimulatedCoolLED() }
        )
        .proven(
            Proof(
                sources: "pE-300 ultra; CoolLED's manual DOC-038",
                witnesses: [
                    .pythonMicroscope("light, powers", tests: "test_both_drivers_agree")
                ],
                untested: ["pE-300lite", "boxes before the pE-300"]
            )
        )
    }
}

/// The commands of CoolLED light sources: pE-300 series, pE-340, pE-4000.
public struct CoolLEDCommands: EngineCommands {
    public static let typeName = "CoolLED"
    /// The channels that wait for their inputs once enabled.
    private let gates = CoolLEDGates()

    public init() {}

    /// The model; the box does not report a serial number.
    public func identify(_ lines: LineProtocol) throws -> String {
        // The box sends a greeting on connection.
        try lines.resynchronise()
        return try model(lines)
    }

    private func model(_ lines: LineProtocol) throws -> String {
        try lines.ask("XMODEL") { $0.hasPrefix("XMODEL=") ? String($0.dropFirst(7)) : nil }
    }

    public func channels(_ lines: LineProtocol) throws -> [(name: String, commands: CoolLEDLightCommands)] {
        try lines.ask("CSS?", parse: CoolLEDChannel.channels).map { channel in
            (String(channel.letter), CoolLEDLightCommands(channel.letter, gates))
        }
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        // The versions are read only on request because they take a while.
        try line.fixed([("model", model)]) + [Setting("firmware", on: line, text: versions)]
    }

    /// The version of each board; only silence marks the end of the lines.
    private func versions(_ lines: LineProtocol) throws -> String {
        try lines.send("XVER")
        var versions: [String] = []
        do { while versions.count < 20 { versions.append(try lines.readLine()) } } catch SerialError.silent {}
        return versions.joined(separator: ", ")
    }
}

/// The commands of one channel of a CoolLED; powers are in percent.
public struct CoolLEDLightCommands: LightCommands {
    public static let typeName = "CoolLEDChannel"
    public static let isLaser = false
    private let letter: Character
    private let gates: CoolLEDGates

    init(_ letter: Character, _ gates: CoolLEDGates) { (self.letter, self.gates) = (letter, gates) }

    public func identify(_: LineProtocol) -> String { String(letter) }

    // MARK: Power

    public var powerStep: Double { 1 }
    public func powerRange(_: LineProtocol) -> ClosedRange<Double> { 0...100 }
    public func setPoint(_ lines: LineProtocol) throws -> Double? { try measuredPower(lines) }

    /// The set point, because the box does not measure.
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
            // A box whose answers are lost may still hear this command, which needs no known state.
            _ = try? lines.exchange("C\(letter)X")
            throw error
        }
    }

    /// The box reports no obstacles.
    public func obstacle(_: LineProtocol) -> String? { nil }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        let state = try state(lines)
        let isGated = state.isSelected ? !state.isOn : gates[letter]
        return isGated ? .risingEdge : .software
    }

    /// The box would forget the mode of a channel that is not selected, so it is kept here.
    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        if try state(lines).isSelected { try change(lines) { $0.isOn = type == .software } }
        gates[letter] = type != .software
    }

    // MARK: State

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
        // The answer has all channels, or only the changed one.
        try lines.ask("CSS" + state.text) { line in
            CoolLEDChannel.channels(line)?.contains { $0.letter == letter } == true ? () : nil
        }
    }
}

/// The channels of a CoolLED that wait for their inputs once enabled.
///
/// The box itself does not keep this for channels that are not selected.
final class CoolLEDGates: Sendable {
    private let gated = Lock<Set<Character>>([])

    subscript(letter: Character) -> Bool {
        get { gated.withLock { $0.contains(letter) } }
        set {
            gated.withLock { gated in
                if newValue { gated.insert(letter) } else { gated.remove(letter) }
            }
        }
    }
}

/// The state of one channel of a CoolLED: six characters such as `ASN050`.
struct CoolLEDChannel: Equatable {
    /// A letter from A to H.
    var letter: Character
    /// Whether it emits, permanently or while its input is high.
    var isSelected: Bool
    /// Whether a selected channel emits without a signal at its input.
    var isOn: Bool
    /// Percent.
    var intensity: Int

    init(letter: Character, isSelected: Bool, isOn: Bool, intensity: Int) {
        (self.letter, self.isSelected, self.isOn, self.intensity) = (letter, isSelected, isOn, intensity)
    }

    private init?(_ text: ArraySlice<Character>) {
        let text = Array(text)
        guard text.count == 6, ("A"..."H").contains(text[0]), "SX".contains(text[1]), "NF".contains(text[2]),
            text[3...].allSatisfy({ ("0"..."9").contains($0) }), let intensity = Int(String(text[3...])),
            intensity <= 100
        else { return nil }
        self.init(letter: text[0], isSelected: text[1] == "S", isOn: text[2] == "N", intensity: intensity)
    }

    /// The channels in a line such as `CSSASN050BXF100`; nil for any other line.
    static func channels(_ line: String) -> [CoolLEDChannel]? {
        let text = Array(line)
        guard line.hasPrefix("CSS"), text.count > 3, text.count % 6 == 3 else { return nil }
        let channels = stride(from: 3, to: text.count, by: 6).map { CoolLEDChannel(text[$0..<$0 + 6]) }
        let known = channels.compactMap(\.self)
        guard known.count == channels.count, Set(known.map(\.letter)).count == known.count else { return nil }
        return known
    }

    var text: String {
        let digits = "\(intensity)"
        let percent = String(repeating: "0", count: max(0, 3 - digits.count)) + digits
        return "\(letter)\(isSelected ? "S" : "X")\(isOn ? "N" : "F")\(percent)"
    }
}

extension CoolLEDChannel: Codable {
    init(from decoder: any Decoder) throws {
        let text = try decoder.singleValueContainer().decode(String.self)
        guard let channel = Self(Array(text)[...]) else {
            throw decoder.invalid("is not a channel")
        }
        self = channel
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}
