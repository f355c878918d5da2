public import Devices
public import Transports

/// A Lumencor light engine of the third generation: Spectra III, Sola III, Celesta, Aura III.
public typealias Lumencor = LightEngine<LumencorCommands>

extension LumencorCommands {
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(commandEnd: "\n", answerEnd: "\r\n")
}

extension Driver where Configuration == LightOptions {
    public static var lumencor: Self {
        Driver(
            engine: "lumencor",
            "Lumencor light engines of the third generation, with their lights",
            port: LumencorCommands.port,
            format: LumencorCommands.format,
            commands: LumencorCommands(),
            simulated: { SimulatedLumencor() }
        )
        .proven(
            Proof(
                sources: "Spectra III",
                witnesses: [
                    .pythonMicroscope("light, powers", tests: "test_both_drivers_agree")
                ],
                untested: ["Sola III", "Celesta", "Aura III"]
            )
        )
    }
}

/// The commands of Lumencor light engines of the third generation in standard mode.
public struct LumencorCommands: EngineCommands {
    public static let typeName = "SpectraIIILightEngine"

    public init() {}

    public func identify(_ lines: LineProtocol) throws -> String {
        // The first command after power-up is rejected, whatever it is.
        do { _ = try lines.exchange("") } catch  where error.isPassing {}
        _ = try ask("MODEL", lines) { $0.isEmpty ? nil : $0 }
        return try ask("SN", lines) { $0 }
    }

    /// The lights by the engine's own names, such as `BLUE`.
    public func channels(_ lines: LineProtocol) throws -> [(name: String, commands: LumencorLightCommands)] {
        let names = try ask("CHMAP", lines) { text in
            let names = text.split(separator: " ").map(String.init)
            return names.isEmpty ? nil : names
        }
        guard Set(names).count == names.count else {
            throw SerialError.odd(answer: names.joined(separator: " "), to: "GET CHMAP")
        }
        return names.enumerated().map { ($1, LumencorLightCommands($0, commands: self)) }
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        let texts = [("model", "MODEL"), ("serial number", "SN"), ("firmware", "VER")]
        return try line.fixed(texts.map { name, word in (name, { try ask(word, $0) { $0 } }) })
            + [Setting("temperature", on: line, in: -273.0...1000, get: { try ask("TEMP", $0, parse: \.number) })]
            .known()
    }

    // MARK: Exchanges

    /// Asks a question: `GET MODEL` is answered with `A MODEL …`.
    func ask<Value>(_ word: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try exchange("GET \(word)", word, lines, parse: parse)
    }

    /// Asks about one light: `GET CHINT 2` is answered with `A CHINT 500` or `A CHINT 2 500`.
    func ask<Value>(
        _ word: String,
        _ index: Int,
        _ lines: LineProtocol,
        parse: (String) throws -> Value?
    ) throws -> Value {
        try exchange("GET \(word) \(index)", word, lines) { text in
            let words = text.split(separator: " ").map(String.init)
            switch words.count {
            case 1: return try parse(words[0])
            case 2 where words[0] == "\(index)": return try parse(words[1])
            default: return nil
            }
        }
    }

    func order(_ word: String, _ index: Int, _ value: Int, _ lines: LineProtocol) throws {
        try exchange("SET \(word) \(index) \(value)", word, lines) { _ in () }
    }

    private func exchange<Value>(
        _ command: String,
        _ word: String,
        _ lines: LineProtocol,
        parse: (String) throws -> Value?
    ) throws -> Value {
        try lines.ask(command) { line in
            if line.hasPrefix("E ") { throw SerialError.refused(command, answer: line) }
            guard line == "A \(word)" || line.hasPrefix("A \(word) ") else { return nil }
            return try parse(String(line.dropFirst(word.count + 3)))
        }
    }
}

/// The commands of one light of a Lumencor engine; powers are the engine's levels, mostly up to 1000.
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

    /// The set point; only engines with an option measure.
    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        try commands.ask("CHINT", index, lines, parse: \.number)
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        guard let level = Int(exactly: power.rounded()) else { throw SerialError.odd(answer: "\(power)", to: "CHINT") }
        try commands.order("CHINT", index, level, lines)
    }

    // MARK: On and off

    /// Whether there is light, switched by command or by an input.
    public func isOn(_ lines: LineProtocol) throws -> Bool { try commands.ask("CHACT", index, lines, parse: \.flag) }

    public func switchOn(_ lines: LineProtocol) throws { try commands.order("CH", index, 1, lines) }
    public func switchOff(_ lines: LineProtocol) throws { try commands.order("CH", index, 0, lines) }

    /// The engine says in its refusal what is in the way, such as the limit of its supply.
    public func obstacle(_: LineProtocol) -> String? { nil }

    // MARK: State

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
