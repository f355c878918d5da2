public import Devices
public import Transports

/// A Toptica iChrome MLE: up to five lasers in a box.
public typealias IChrome = LightEngine<IChromeCommands>

extension IChromeCommands {
    static let port = PortSettings(baudRate: 115_200)
    /// The echo may be off: Toptica's own library switches it off (Ctrl-R) and leaves it so.
    static let format = LineFormat(commandEnd: "\r\n", answerEnd: "\r\n", echo: .possible, patience: .seconds(1))
}

extension Driver where Configuration == LightOptions {
    public static var iChrome: Self {
        Driver(
            engine: "ichrome",
            "Toptica iChrome MLE, with its lasers",
            port: IChromeCommands.port,
            format: IChromeCommands.format,
            commands: IChromeCommands(),
            simulated: { SimulatedIChrome() }
        )
        .proven(
            Proof(
                sources: "Toptica's manual M-051; the lists of parameters of firmware 1.8.1 to 2.3.1",
                witnesses: [
                    .pythonMicroscope("light, powers", tests: "test_both_drivers_agree"),
                    Witness(
                        "toptica-lasersdk 3.3.0",
                        "light, powers, all parameters, the maker's own",
                        tests: "test_toptica_lasersdk_drives_the_ichrome"
                    ),
                ]
            )
        )
    }
}

/// The commands of a Toptica iChrome MLE.
public struct IChromeCommands: EngineCommands {
    public static let typeName = "iChromeMLE"

    public init() {}

    public func identify(_ lines: LineProtocol) throws -> String {
        let console = IChromeConsole(lines: lines)
        let type: String
        do { type = try console.text("system-type") } catch let error as SerialError where error.isPassing {
            // Another program may have left the start of an expression behind.
            try console.cancel()
            type = try console.text("system-type")
        }
        guard type == "iChrome-MLE" else { throw SerialError.odd(answer: type, to: "system-type") }
        return try console.text("serial-number")
    }

    /// The lasers; the console does not list them, so each place is tried.
    public func channels(_ lines: LineProtocol) throws -> [(name: String, commands: IChromeLaserCommands)] {
        try (1...5).compactMap { number in
            let laser = IChromeLaserCommands(number)
            return try optional { try laser.identify(lines) }.map { _ in ("laser\(number)", laser) }
        }
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        try line.fixed([
            ("serial number", { try IChromeConsole(lines: $0).text("serial-number") }),
            ("model", { try IChromeConsole(lines: $0).text("system-type") }),
            ("firmware", { try IChromeConsole(lines: $0).text("fw-ver") }),
        ])
            + [
                Setting("interlock", on: line, get: { try IChromeConsole(lines: $0).flag("interlock") }),
                Setting("uptime", on: line) { try IChromeConsole(lines: $0).text("uptime-txt") },
            ].known()
    }
}

/// The commands of one laser of an iChrome MLE; powers are in percent.
public struct IChromeLaserCommands: LightCommands {
    public static let typeName = "iChromeLaser"
    private let number: Int

    init(_ number: Int) { self.number = number }

    private func name(_ parameter: String) -> String { "laser\(number):\(parameter)" }

    /// The label of the laser.
    public func identify(_ lines: LineProtocol) throws -> String {
        try IChromeConsole(lines: lines).text(name("label"))
    }

    // MARK: Power

    public var powerStep: Double { 0.1 }
    public func powerRange(_: LineProtocol) -> ClosedRange<Double> { 0...100 }
    public func setPoint(_ lines: LineProtocol) throws -> Double? { try measuredPower(lines) }

    /// The set point, because the box does not measure.
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
        // With neither of the two set the laser would stay dark.
        if try !flag("cw", lines) && !flag("use-ttl", lines) { try setTriggerType(.software, lines) }
        try set("enable", true, lines)
    }

    public func switchOff(_ lines: LineProtocol) throws { try set("enable", false, lines) }

    /// The laser's own status text says what is in the way; older firmware may lack the flags.
    public func obstacle(_ lines: LineProtocol) throws -> String? {
        if try optional({ try flag("fault", lines) }) == true { return "fault: \(try text("status-txt", lines))" }
        if try optional({ try flag("ready", lines) }) == false {
            return "it is not ready: \(try text("status-txt", lines))"
        }
        return nil
    }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        try flag("use-ttl", lines) ? .risingEdge : .software
    }

    /// The two modes exclude each other, so the other one is switched off first.
    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        let (other, wanted) = type == .software ? ("use-ttl", "cw") : ("cw", "use-ttl")
        try set(other, false, lines)
        try set(wanted, true, lines)
    }

    // MARK: State

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
            StatusRow("fault") { try flag("fault", $0) ? text("status-txt", $0) : "none" },
            StatusRow("status") { try text("status-txt", $0) },
        ]
    }

    /// The settings of python-microscope, and the status.
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
                Setting("ready", on: line, get: { try flag("ready", $0) }),
                Setting("fault", on: line, get: { try flag("fault", $0) }),
                Setting("clip", on: line, get: { try flag("clip", $0) }),
                Setting("time enabled", on: line) { try text("entime-txt", $0) },
            ].known()
    }
}

/// The console of an iChrome MLE, a Lisp in which parameters are read and set by name.
struct IChromeConsole {
    let lines: LineProtocol

    /// Drops what the console has of an unfinished expression (Ctrl-C), and what it says about that.
    func cancel() throws {
        try lines.send([0x03], as: "Ctrl-C")
        try lines.resynchronise()
    }

    func text(_ name: String) throws -> String {
        try ask(name) { answer in
            guard answer.count >= 2, answer.hasPrefix("\""), answer.hasSuffix("\"") else { return nil }
            return String(answer.dropFirst().dropLast())
        }
    }

    func number(_ name: String) throws -> Double { try ask(name, parse: \.number) }
    func flag(_ name: String) throws -> Bool { try ask(name) { $0 == "#t" ? true : $0 == "#f" ? false : nil } }

    func set(_ name: String, to flag: Bool) throws { try set(name, to: flag ? "#t" : "#f") }

    func set(_ name: String, to value: String) throws {
        let command = "(param-set! '\(name) \(value))"
        let result = try answer(to: command) { Int($0) }
        guard result >= 0 else { throw SerialError.refused(command, answer: "\(result)") }
    }

    private func ask<Value>(_ name: String, parse: (String) throws -> Value?) throws -> Value {
        try answer(to: "(param-ref '\(name))", parse: parse)
    }

    private func answer<Value>(to command: String, parse: (String) throws -> Value?) throws -> Value {
        try lines.repeating {
            try lines.send(command)
            let answer = try lines.readLines(upTo: "\n> ")
            if let error = answer.first(where: { $0.lowercased().hasPrefix("error") }) {
                throw SerialError.refused(command, answer: error)
            }
            guard let line = answer.first, answer.count == 1, let value = try parse(line) else {
                throw SerialError.odd(answer: answer.joined(separator: " "), to: command)
            }
            return value
        }
    }
}
