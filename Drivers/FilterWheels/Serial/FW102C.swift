public import Devices
public import Transports

/// A filter wheel of Thorlabs', FW102C or FW212C.
public typealias ThorlabsFilterWheel = SerialWheel<FW102CCommands>

extension FW102CCommands {
    static let port = PortSettings(baudRate: 115_200)
    /// The prompt ends an answer, with no line end behind it.
    static let format = LineFormat(commandEnd: "\r", answerEnd: "> ", patience: .milliseconds(500))

    /// Its model.
    public func facts(_ lines: LineProtocol) throws -> String { try ask("*idn?", lines) { $0 } }

    /// None of them is saved in the wheel, where the command `save` would put them.
    public func settings(of wheel: SerialWheel<Self>) -> [Setting] {
        [
            Setting("model", fixed: wheel.facts),
            Setting(
                "speed",
                in: Cases<Speed>(),
                get: { () -> Speed in try wheel.perform { try choice("speed", $0) } },
                set: { value in try wheel.perform { try tell("speed=\(value.rawValue)", $0) } }
            ),
            Setting(
                "trigger",
                in: Cases<Trigger>(),
                get: { () -> Trigger in try wheel.perform { try choice("trig", $0) } },
                set: { value in try wheel.perform { try tell("trig=\(value.rawValue)", $0) } }
            ),
            Setting(
                "sensors on when idle",
                in: Anything(),
                get: { try wheel.perform { try ask("sensors?", $0, parse: \.flag) } },
                set: { isOn in try wheel.perform { try tell("sensors=\(isOn ? 1 : 0)", $0) } }
            ),
        ]
    }

    private func choice<Choice: LabelledCases>(_ word: String, _ lines: LineProtocol) throws -> Choice {
        try ask("\(word)?", lines) { $0.code().flatMap(Choice.init) }
    }

    /// How fast the wheel turns.
    enum Speed: Int, SettingChoice {
        case slow
        case high
    }

    /// What the socket for triggers is: an edge in turns the wheel on by one position, or one comes out when it is there.
    enum Trigger: Int, SettingChoice {
        case input
        case output
    }
}

extension Driver where Configuration == SerialOptions {
    public static var thorlabsFilterWheel: Self {
        Driver(
            serial: "thorlabs-filter-wheel",
            "a filter wheel FW102C or FW212C of Thorlabs'",
            port: FW102CCommands.port,
            simulated: { _ in SimulatedFW102C() },
            open: { connector, _ in try ThorlabsFilterWheel(FW102CCommands(), connector, FW102CCommands.format) }
        )
    }
}

/// The commands of Thorlabs' wheels FW102C and FW212C.
///
/// An answer is all that comes up to the prompt: the command itself, and then what there is to tell.
public struct FW102CCommands: WheelCommands {
    public static let typeName = "ThorlabsFilterWheel"

    public init() {}

    public func identify(_ lines: LineProtocol) throws -> String {
        // Half a command may wait in the wheel, which is ended by this.
        try lines.send("")
        try lines.resynchronise()
        return try ask("*idn?", lines) { $0.hasPrefix("THORLABS") ? $0 : nil }
    }

    public func positionCount(_ lines: LineProtocol) throws -> Int {
        // Firmware 1.0 does not know the question; it is in wheels with six positions.
        do {
            return try ask("pcount?", lines) { $0.code().flatMap { (1...100).contains($0) ? $0 : nil } }
        } catch SerialError.refused { return 6 }
    }

    public func position(_ lines: LineProtocol) throws -> Int {
        try ask("pos?", lines) { $0.code().flatMap { $0 > 0 ? $0 - 1 : nil } }
    }

    public func orders(to position: Int, isFirst _: Bool) -> [String] { ["pos=\(position + 1)"] }

    public func isDone(_ order: String, line: String) throws -> Bool {
        guard let rest = try Self.answer(order, line) else { throw SerialError.odd(answer: line, to: order) }
        guard rest.isEmpty else { throw SerialError.odd(answer: rest, to: order) }
        return true
    }

    /// One or two seconds a position, the shorter way round; with much room.
    public var travelLimit: Duration { .seconds(30) }

    // MARK: Exchanges

    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) -> Value?) throws -> Value {
        try lines.ask(command) { block in try Self.answer(command, block).flatMap(parse) }
    }

    /// Says something that is answered at once, and by the prompt alone.
    func tell(_ command: String, _ lines: LineProtocol) throws {
        try ask(command, lines) { $0.isEmpty ? () : nil }
    }

    /// What is between the command that comes back and the prompt; nil if another command or none comes back.
    private static func answer(_ command: String, _ block: String) throws -> String? {
        let parts = block.split(whereSeparator: \.isNewline).map(String.init)
        // What was sent by another program may come first.
        guard let echo = parts.lastIndex(where: { $0.hasSuffix(command) }) else { return nil }
        let rest = parts[(echo + 1)...].joined(separator: " ")
        guard !rest.hasPrefix("Command error") else { throw SerialError.refused(command, answer: rest) }
        return rest
    }
}
