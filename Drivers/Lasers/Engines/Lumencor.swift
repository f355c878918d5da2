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
                untested: ["engines of the second generation"]
            )
        )
    }
}

/// The commands of Lumencor light engines of the third generation in standard mode.
///
/// Sources: python-microscope, Micro-Manager, and Lumencor's command reference (57-10018, revision C) as QDSpy's driver of
/// an Aura III gives it.
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
            + [
                Setting("temperature", on: line, in: -273.0...1000, get: { try ask("TEMP", $0, parse: \.number) }),
                Setting("status", on: line, text: { LumencorStatus.name(ofEngine: try status($0)) }),
                // Another program may have left the inputs on, which switch lights on regardless of commands.
                Setting("inputs enabled", on: line, get: { try ask("TTLENABLE", $0, parse: \.flag) }) { isOn, lines in
                    try exchange("SET TTLENABLE \(isOn ? 1 : 0)", "TTLENABLE", lines) { _ in () }
                },
            ].known()
    }

    private func status(_ lines: LineProtocol) throws -> Int { try ask("STAT", lines) { $0.code() } }

    /// The engine's fault; nil if there is none, or if the engine does not report it.
    func fault(_ lines: LineProtocol) throws -> String? {
        let code = try optional { try status(lines) } ?? 0
        return code == 0 ? nil : LumencorStatus.name(ofEngine: code)
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
            if line == "E" || line.hasPrefix("E ") { throw SerialError.refused(command, answer: line) }
            guard line == "A \(word)" || line.hasPrefix("A \(word) ") else { return nil }
            return try parse(String(line.dropFirst(word.count + 3)))
        }
    }
}

/// The commands of one light of a Lumencor engine; powers are the engine's levels, mostly up to 1000.
public struct LumencorLightCommands: LightCommands {
    public static let typeName = "SpectraIIILightChannel"
    public static let isLaser = false
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

    /// The status of the engine and of the light; what else is in the way, such as the limit of the supply, the engine
    /// says in its refusal.
    public func obstacle(_ lines: LineProtocol) throws -> String? {
        try commands.fault(lines) ?? fault(lines)
    }

    /// The light's own fault; nil if there is none, or if the engine does not report it.
    private func fault(_ lines: LineProtocol) throws -> String? {
        let codes = try optional {
            try commands.ask("MULCHSTAT", lines) { text in
                let codes = text.split(separator: " ").map { String($0).code() }
                return codes.contains(nil) ? nil : codes.compactMap(\.self)
            }
        }
        guard let codes, codes.indices.contains(index), codes[index] != 0 else { return nil }
        return LumencorStatus.name(ofLight: codes[index])
    }

    /// Hours of light; the engine counts seconds (command reference, GET OT).
    private func hours(_ lines: LineProtocol) throws -> Double {
        try commands.ask("OT", index, lines, parse: \.number) / 3600
    }

    // MARK: State

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("intensity") { try measuredPower($0).text(places: 0) },
            StatusRow("optical power") { try commands.ask("CHPWR", index, $0) { $0 } },
            StatusRow("engine temperature") { try commands.ask("TEMP", $0) { $0 } },
            StatusRow("fault") { try obstacle($0) ?? "none" },
            StatusRow("operating hours") { try hours($0).text(places: 1) },
        ]
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        try [
            Setting("optical power", on: line) { try commands.ask("CHPWR", index, $0) { $0 } },
            Setting("operating hours", on: line, in: 0...manyHours, get: hours),
        ].known()
    }
}

/// The status codes of Lumencor's engines and their lights (command reference, GET STAT and GET MULCHSTAT).
enum LumencorStatus {
    static func name(ofEngine code: Int) -> String {
        switch code {
        case 0: "none"
        case 1: "fan"
        case 2: "temperature"
        case 3: "temperature and fan"
        case 4: "the safety lock is active (interlock or key)"
        case 5: "hardware configuration"
        case 6: "stand-by (temperature controls off)"
        case 7: "warming up"
        default: "number \(code)"
        }
    }

    static func name(ofLight code: Int) -> String {
        switch code {
        case 51: "no such light"
        case 56: "hardware configuration"
        case 57: "locked"
        case 571: "locked: temperature"
        case 572: "locked: fan"
        case 573, 60: "the interlock is open"
        case 574: "locked: limit of the supply"
        case 58: "busy"
        case 64: "temperature control locked"
        case 65: "temperature control out of range"
        default: "number \(code)"
        }
    }
}
