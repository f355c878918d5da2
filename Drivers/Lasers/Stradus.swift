public import Devices
internal import Platform
public import Transports

/// A Vortran Stradus laser.
public typealias StradusLaser = SerialLight<StradusCommands>

extension StradusCommands {
    static let port = PortSettings(baudRate: 19200)
    // An echo could be mistaken for the answer to a set command; it is switched off before any of those.
    /// Setting the power takes half a second, setting the pulse power a whole one.
    static let format = LineFormat(
        commandEnd: "\r",
        answerEnd: "\r\n",
        prompt: "Stradus:0->",
        pause: .milliseconds(50),
        patience: .milliseconds(1500)
    )

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("set point") { "\((try setPoint($0) ?? 0).text(places: 1)) mW" },
            StatusRow("measured power") { "\(try measuredPower($0).text(places: 1)) mW" },
            StatusRow("fault") { StradusBits.names(ofFault: try code($0)) },
            StatusRow("interlock") { try isInterlockOpen($0) ? "open" : "closed" },
            StatusRow("operating hours") { try ask("LH", $0, parse: \.number).text(places: 1) },
        ]
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        let names = ["serial number", "part number", "wavelength", "rated power"]
        let fields = zip(names, try line.perform(identification)).map { Setting($0, fixed: $1) }
        return try fields + line.fixed([("firmware", { try ask("FV", $0) { $0 } })])
            + [
                Setting("operating hours", on: line, in: 0...manyHours, get: { try ask("LH", $0, parse: \.number) }),
                temperature("base plate temperature", "BPT", line),
                temperature("optical block temperature", "OBT", line),
                Setting("diode current", on: line, in: 0.0...100_000, get: { try ask("LC", $0, parse: \.number) }),
                Setting("state", on: line) { StradusBits.name(ofState: try code($0)) },
                Setting("fault", on: line) { StradusBits.names(ofFault: try code($0)) },
                Setting("interlock open", on: line, get: isInterlockOpen),
                flag("constant current", "C", line),
                flag("digital modulation", "PUL", line),
                flag("external power control", "EPC", line),
                flag("CDRH delay", "DELAY", line),
            ]
    }

    private func temperature(_ name: String, _ word: String, _ line: SerialLine) -> Setting {
        Setting(name, on: line, in: -273.0...1000, get: { try ask(word, $0, parse: \.number) })
    }

    private func flag(_ name: String, _ word: String, _ line: SerialLine) -> Setting {
        Setting(name, on: line, get: { try flag(word, $0) }) { try order(word, $0 ? "1" : "0", $1) }
    }

    @RemoteInterfaceBuilder
    public func members(of light: SerialLight<Self>) -> [any RemoteMember] {
        RemoteMethod("clearFault") {
            try light.line.perform { try $0.ask("CFC") { $0.uppercased().hasPrefix("CFC") ? () : nil } }
            return light.status
        }
    }
}

extension Driver where Configuration == LightOptions {
    public static var stradus: Self {
        Driver(
            light: "stradus",
            "Vortran Stradus lasers",
            port: StradusCommands.port,
            format: StradusCommands.format,
            commands: StradusCommands(),
            simulated: { SimulatedStradus() }
        )
        .proven(
            Proof(
                sources: "Vortran's manual (Stradus VersaLase); drivers by others, without a firmware",
                untested: ["a VersaLase with several lasers"]
            )
        )
    }
}

/// The commands of Vortran Stradus lasers; powers are in milliwatts.
public struct StradusCommands: LightCommands {
    public static let typeName = "StradusLaser"
    /// The powers that were set while the laser could not take them, by their commands.
    private let waiting = Lock<[String: Double]>([:])

    public init() {}

    /// Switches the echo and the prompt off.
    public func identify(_ lines: LineProtocol) throws -> String {
        for command in ["ECHO=0", "PROMPT=0"] { try lines.send(command) }
        try lines.resynchronise()
        return try identification(lines).first ?? ""
    }

    /// Serial number, part number, wavelength, power and beam shape.
    func identification(_ lines: LineProtocol) throws -> [String] {
        try ask("LI", lines) { text in
            // `?LI= VL1008025, 10010, 405nm, 100mW, C`: blanks after the commas (manual).
            let fields = text.split(separator: ",", omittingEmptySubsequences: false).map { field in
                String(field.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            }
            return fields.count >= 4 ? fields : nil
        }
    }

    // MARK: Power

    /// `LP` takes tenths of a milliwatt, and `?LPS` reports whole ones (manual, 9.5).
    public var powerStep: Double { 1 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        0...(try ask("MAXP", lines) { $0.number.flatMap { $0 > 0 ? $0 : nil } })
    }

    /// The command for the power: that of pulses while the laser is gated by its input.
    private func powerCommand(_ lines: LineProtocol) throws -> String { try flag("PUL", lines) ? "PP" : "LP" }

    /// The power that waits for the laser to be on, or else the laser's own set point.
    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        let command = try powerCommand(lines)
        if let power = waiting.withLock({ $0[command] }) { return power }
        return try ask(command == "LP" ? "LPS" : "PP", lines, parse: \.number)
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double { try ask("LP", lines, parse: \.number) }

    /// Sets the power, or keeps it until the laser is on: powers are written only while emission is active, in constant
    /// power mode and without a fault (manual, 9.4).
    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        let command = try powerCommand(lines)
        guard try isOn(lines) else { return waiting.withLock { $0[command] = power } }
        guard try !flag("C", lines) else {
            throw DeviceError(
                .incompatibleState,
                "in constant current mode the laser takes no power; set the setting 'constant current' to false"
            )
        }
        try set(power, command, lines)
    }

    /// Sets a power; with the CDRH delay it is taken only once light comes.
    private func set(_ power: Double, _ command: String, _ lines: LineProtocol) throws {
        let end = ContinuousClock.now + switchingTime
        while true {
            try order(command, power.text(places: 1), lines)
            let found = try ask(command == "LP" ? "LPS" : "PP", lines, parse: \.number)
            if abs(found - power) <= powerStep {
                waiting.withLock { $0[command] = nil }
                return
            }
            guard ContinuousClock.now < end, try isOn(lines) else {
                throw SerialError.refused("\(command)=\(power.text(places: 1))", answer: "\(command)=\(found)")
            }
            Pause.wait(for: .milliseconds(100))
        }
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try flag("LE", lines) }

    public func switchOn(_ lines: LineProtocol) throws {
        try order("LE", "1", lines)
        let command = try powerCommand(lines)
        guard let power = waiting.withLock({ $0[command] }), try !flag("C", lines) else { return }
        let end = ContinuousClock.now + switchingTime
        while try !isOn(lines) {
            guard ContinuousClock.now < end, try obstacle(lines) == nil else { return }
            Pause.wait(for: .milliseconds(20))
        }
        try set(power, command, lines)
    }

    public func switchOff(_ lines: LineProtocol) throws { try order("LE", "0", lines) }

    /// The CDRH delay and some, in case `?LE` reports the laser as off meanwhile.
    public var switchingTime: Duration { .seconds(7) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        if try isInterlockOpen(lines) { return "the interlock is open" }
        let code = try code(lines)
        if code & StradusBits.warmingUp != 0 { return "it is warming up" }
        return code & ~StradusBits.states == 0 ? nil : "fault: \(StradusBits.names(ofFault: code))"
    }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        try flag("PUL", lines) ? .risingEdge : .software
    }

    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        try order("PUL", type == .software ? "0" : "1", lines)
    }

    // MARK: State

    func isInterlockOpen(_ lines: LineProtocol) throws -> Bool { try !flag("IL", lines) }

    /// The fault bits; reading clears those that commands have set.
    func code(_ lines: LineProtocol) throws -> Int { try ask("FC", lines) { $0.code() } }

    func flag(_ name: String, _ lines: LineProtocol) throws -> Bool { try ask(name, lines, parse: \.flag) }

    // MARK: Exchanges

    /// Asks for a value: `?LE` is answered with `?LE=1`.
    func ask<Value>(_ name: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try exchange("?" + name, "?" + name, lines, parse: parse)
    }

    /// Sets a value: `LE=1` is answered with the same.
    func order(_ name: String, _ value: String, _ lines: LineProtocol) throws {
        try exchange("\(name)=\(value)", name, lines) { _ in () }
    }

    private func exchange<Value>(
        _ command: String,
        _ name: String,
        _ lines: LineProtocol,
        parse: (String) throws -> Value?
    ) throws -> Value {
        try lines.ask(command) { line in
            guard line.uppercased().hasPrefix(name + "=") else { return nil }
            return try parse(String(line.dropFirst(name.count + 1)))
        }
    }
}

/// The bits of the fault code of a Stradus laser: the answer to `?FC`.
enum StradusBits {
    static let standby = 1
    static let warmingUp = 2
    /// The bits that do not mean a fault.
    static let states = standby | warmingUp

    private static let faults: [(bit: Int, name: String)] = [
        (4, "value out of range"), (8, "invalid command"), (16, "interlock open"), (32, "TEC off"),
        (64, "over-current"), (128, "diode temperature"), (256, "base plate temperature"), (512, "power not locked"),
        (1024, "EEPROM"), (2048, "I2C"), (4096, "fan"), (8192, "supply"), (16384, "temperature"),
        (32768, "end of life"),
    ]

    static func names(ofFault code: Int) -> String { bitNames(of: code & ~states, faults) }

    static func name(ofState code: Int) -> String {
        code & warmingUp != 0 ? "warm-up" : code & standby != 0 ? "standby" : "emission"
    }
}
