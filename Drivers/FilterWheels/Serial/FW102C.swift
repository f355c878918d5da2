public import Devices
public import Transports

/// A Thorlabs filter wheel FW102C or FW212C.
public typealias ThorlabsFilterWheel = SerialWheel<FW102CCommands>

extension FW102CCommands {
    static let port = PortSettings(baudRate: 115_200)
    /// The prompt ends an answer; no line end follows.
    static let format = LineFormat(commandEnd: "\r", answerEnd: "> ", patience: .milliseconds(500))

    /// The model and firmware.
    public func facts(_ lines: LineProtocol) throws -> String { try ask("*idn?", lines) { $0 } }

    /// The settings; none of them is saved in the wheel with its command `save`.
    public func settings(of wheel: SerialWheel<Self>) -> [Setting] {
        [
            Setting("model", fixed: wheel.facts),
            Setting(
                "speed",
                in: Cases<Speed>(),
                get: { () -> Speed in try wheel.perform { try choice("speed", $0) } },
                set: { try set("speed", to: $0.rawValue, of: wheel) }
            ),
            Setting(
                "trigger",
                in: Cases<Trigger>(),
                get: { () -> Trigger in try wheel.perform { try choice("trig", $0) } },
                set: { try set("trig", to: $0.rawValue, of: wheel) }
            ),
            Setting(
                "sensors on when idle",
                in: Anything(),
                get: { try wheel.perform { try ask("sensors?", $0, parse: \.flag) } },
                set: { try set("sensors", to: $0 ? 1 : 0, of: wheel) }
            ),
        ]
    }

    /// Changes a setting, which the wheel loses with its power.
    private func set(_ word: String, to value: Int, of wheel: SerialWheel<Self>) throws {
        try wheel.perform { try wheel.restored.perform(word, $0) { try tell("\(word)=\(value)", $0) } }
    }

    private func choice<Choice: LabelledCases>(_ word: String, _ lines: LineProtocol) throws -> Choice {
        try ask("\(word)?", lines) { $0.code().flatMap(Choice.init) }
    }

    /// The speed of the wheel.
    enum Speed: Int, SettingChoice {
        case slow
        case high
    }

    /// The direction of the trigger socket: an input edge advances the wheel, an output edge reports its arrival.
    enum Trigger: Int, SettingChoice {
        case input
        case output
    }
}

extension Driver where Configuration == SerialOptions {
    public static var thorlabsFilterWheel: Self {
        Driver(
            serial: "thorlabs-filter-wheel",
            "a Thorlabs filter wheel FW102C or FW212C",
            port: FW102CCommands.port,
            ask: SerialPort.question(FW102CCommands.port, FW102CCommands.format, FW102CCommands().identify),
            simulated: { _ in SimulatedFW102C() },
            open: { connector, _ in try ThorlabsFilterWheel(FW102CCommands(), connector, FW102CCommands.format) }
        )
        .proven(
            Proof(
                sources: "FW102C with firmware 1.00 and 1.04",
                witnesses: [
                    .pythonMicroscope("moves", tests: "test_thorlabs_filter_wheel"),
                    Witness(
                        "pylablib 1.4.3",
                        "moves, counts, speed, trigger and sensor modes",
                        tests: "test_fw102c_with_pylablib"
                    ),
                ]
            )
        )
    }
}

/// The commands of the Thorlabs wheels FW102C and FW212C.
///
/// An answer is everything up to the prompt: the echoed command, then the data.
public struct FW102CCommands: WheelCommands {
    public static let typeName = "ThorlabsFilterWheel"

    public init() {}

    public func identify(_ lines: LineProtocol) throws -> String {
        // Ends a half-typed command that another program may have left in the wheel.
        try lines.send("")
        try lines.resynchronise()
        return try ask("*idn?", lines) { $0.hasPrefix("THORLABS") ? $0 : nil }
    }

    public func positionCount(_: String, _ lines: LineProtocol) throws -> Int {
        // Firmware 1.0 lacks this query; wheels with that firmware have six positions.
        do {
            return try ask("pcount?", lines) { $0.code().flatMap { (1...100).contains($0) ? $0 : nil } }
        } catch SerialError.refused { return 6 }
    }

    public func position(_: String, _ lines: LineProtocol) throws -> Int? {
        try ask("pos?", lines) { $0.code().flatMap { $0 > 0 ? $0 - 1 : nil } }
    }

    public func orders(to position: Int, _: String, isFirst _: Bool) -> [String] { ["pos=\(position + 1)"] }

    public func isDone(_ order: String, line: String) throws -> Bool {
        guard let rest = try Self.answer(order, line) else { throw SerialError.odd(answer: line, to: order) }
        guard rest.isEmpty else { throw SerialError.odd(answer: rest, to: order) }
        return true
    }

    /// Generous: a position takes one or two seconds, and the wheel turns the shorter way.
    public var travelLimit: Duration { .seconds(30) }

    // MARK: Exchanges

    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) -> Value?) throws -> Value {
        try lines.ask(command) { block in try Self.answer(command, block).flatMap(parse) }
    }

    /// Sends a command that is answered at once, with nothing but the prompt.
    func tell(_ command: String, _ lines: LineProtocol) throws {
        try ask(command, lines) { $0.isEmpty ? () : nil }
    }

    /// The data between the echoed command and the prompt; nil if this command was not echoed.
    private static func answer(_ command: String, _ block: String) throws -> String? {
        let parts = block.split(whereSeparator: \.isNewline).map(String.init)
        // The echo of another program's command may come first.
        guard let echo = parts.lastIndex(where: { $0.hasSuffix(command) }) else { return nil }
        let rest = parts[(echo + 1)...].joined(separator: " ")
        guard !rest.hasPrefix("Command error") else { throw SerialError.refused(command, answer: rest) }
        return rest
    }
}
