public import Devices
public import Transports

/// A Coherent OBIS laser.
public typealias OBISLaser = SerialLight<OBISCommands>

/// Several Coherent OBIS lasers on one line.
public typealias OBISBox = LightEngine<OBISBoxCommands>

extension OBISCommands {
    static let port = PortSettings(baudRate: 115_200)
    /// Another program may have left the prompt on (`SYST:COMM:PROM ON`).
    static let format = LineFormat(commandEnd: "\r\n", answerEnd: "\r\n", echo: .possible, prompt: "CONSOLE>>>")
}

extension Driver where Configuration == LightOptions {
    public static var obis: Self {
        Driver(
            light: "obis",
            "Coherent OBIS lasers: LX, LS, LG",
            port: OBISCommands.port,
            format: OBISCommands.format,
            commands: OBISCommands(),
            simulated: { SimulatedOBIS() }
        )
        .proven(
            Proof(
                sources: "Coherent's manual; drivers by others, without a firmware",
                witnesses: [
                    .pythonMicroscope("light, powers", tests: "test_both_drivers_agree"),
                    Witness(
                        "obis-laser-controller 0.0.1",
                        "light, powers, identity",
                        tests: "test_obis_laser_controller_drives_the_obis"
                    ),
                ],
                untested: ["LG", "LS"]
            )
        )
    }

    public static var obisBox: Self {
        Driver(
            engine: "obis-box",
            "several Coherent OBIS lasers on one line: laser box, OBIS Remote",
            port: OBISCommands.port,
            format: OBISCommands.format,
            commands: OBISBoxCommands(),
            simulated: { SimulatedOBISBox() }
        )
        .proven(
            Proof(
                sources: "Coherent's manual, as drivers by others quote it; no firmware"
            )
        )
    }
}

/// The commands of Coherent OBIS lasers; powers are in watts.
public struct OBISCommands: LightCommands {
    public static let typeName = "ObisLaser"

    /// The number of the laser in a box; nil for a single laser and for the box itself.
    let index: Int?

    public init() { index = nil }

    init(index: Int) { self.index = index }

    /// Switches the handshake on, so that each answer ends with `OK` or an error.
    public func identify(_ lines: LineProtocol) throws -> String {
        try lines.repeating {
            do { return try ask("SYST:INF:SNUM?", lines) { $0 } } catch let error as SerialError where error.isPassing {
                try order("SYST:COMM:HAND ON", lines)
                throw error
            }
        }
    }

    // MARK: Power

    public var powerStep: Double { 0.00001 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        let lowest = try ask("SOUR:POW:LIM:LOW?", lines, parse: \.number)
        let highest = try ask("SOUR:POW:LIM:HIGH?", lines, parse: \.number)
        guard lowest <= highest else {
            throw SerialError.odd(answer: "\(lowest) to \(highest)", to: "SOUR:POW:LIM:LOW?, HIGH?")
        }
        return lowest...highest
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        try ask("SOUR:POW:LEV:IMM:AMPL?", lines, parse: \.number)
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        try ask("SOUR:POW:LEV?", lines, parse: \.number)
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try order("SOUR:POW:LEV:IMM:AMPL \(power.text(places: 5))", lines)
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try flag("SOUR:AM:STAT?", lines) }

    public func switchOn(_ lines: LineProtocol) throws {
        // A sleeping laser emits nothing; after waking it needs minutes to warm up.
        if try !flag("SOUR:TEMP:APR?", lines) { try order("SOUR:TEMP:APR ON", lines) }
        try order("SOUR:AM:STAT ON", lines)
    }

    public func switchOff(_ lines: LineProtocol) throws { try order("SOUR:AM:STAT OFF", lines) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        let fault = try fault(lines)
        if fault != 0 { return "fault: \(OBISBits.names(ofFault: fault))" }
        let status = try status(lines)
        if status & OBISBits.warmingUp != 0 { return "it is warming up" }
        if status & OBISBits.ready == 0 {
            return "it is not ready (interlock, key?): \(OBISBits.names(ofStatus: status))"
        }
        return nil
    }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        try mode(lines).isExternal ? .risingEdge : .software
    }

    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        try setMode(type == .software ? .constantPower : .digital, lines)
    }

    // MARK: State

    func status(_ lines: LineProtocol) throws -> Int { try ask("SYST:STAT?", lines) { $0.code(radix: 16) } }
    func fault(_ lines: LineProtocol) throws -> Int { try ask("SYST:FAUL?", lines) { $0.code(radix: 16) } }

    func mode(_ lines: LineProtocol) throws -> OBISMode { try ask("SOUR:AM:SOUR?", lines) { OBISMode(answer: $0) } }
    func setMode(_ mode: OBISMode, _ lines: LineProtocol) throws { try order("SOUR:AM:\(mode.command)", lines) }

    func flag(_ command: String, _ lines: LineProtocol) throws -> Bool {
        try ask(command, lines) { $0.uppercased() == "ON" ? true : $0.uppercased() == "OFF" ? false : nil }
    }

    /// A temperature in degrees Celsius; the answer is like `25.3C`.
    func temperature(_ command: String, _ lines: LineProtocol) throws -> Double {
        try ask(command, lines) { ($0.hasSuffix("C") ? String($0.dropLast()) : $0).number }
    }

    // MARK: Exchanges

    /// Asks a question and returns the first value in the lines before the `OK`.
    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.repeating {
            let answer = try exchange(command, lines)
            for line in answer.dropLast() { if let value = try parse(line) { return value } }
            throw SerialError.odd(answer: answer.joined(separator: " "), to: command)
        }
    }

    func order(_ command: String, _ lines: LineProtocol) throws {
        try lines.repeating { _ = try exchange(command, lines) }
    }

    private func exchange(_ command: String, _ lines: LineProtocol) throws -> [String] {
        let command = addressed(command)
        let answer = try lines.exchange(command) { $0 == "OK" || $0.hasPrefix("ERR") }
        guard let error = answer.last, error != "OK" else { return answer }
        throw SerialError.refused(command, answer: OBISBits.text(ofError: error))
    }

    /// The command with the number of the laser after its first word: `SYST2:STAT?`.
    private func addressed(_ command: String) -> String {
        guard let index, let colon = command.firstIndex(of: ":") else { return command }
        return command[..<colon] + "\(index)" + command[colon...]
    }
}

extension OBISCommands {
    public var status: [StatusRow] {
        [
            StatusRow("emission") { lines in
                guard try isOn(lines) else { return "off" }
                return try status(lines) & OBISBits.delayed != 0 ? "on, CDRH delay running" : "on"
            },
            StatusRow("set point") { "\(((try setPoint($0) ?? 0) * 1000).text(places: 2)) mW" },
            StatusRow("measured power") { "\((try measuredPower($0) * 1000).text(places: 2)) mW" },
            StatusRow("mode") { try mode($0).label },
            StatusRow("status") { OBISBits.names(ofStatus: try status($0)) },
            StatusRow("fault") { OBISBits.names(ofFault: try fault($0)) },
            StatusRow("interlock") { try ask("SYST:LOCK?", $0) { $0 } },
            StatusRow("operating hours") { try ask("SYST:HOUR?", $0, parse: \.number).text(places: 2) },
        ]
    }

    /// The settings that this laser supports.
    public func settings(_ line: SerialLine) throws -> [Setting] {
        let fixed = [
            ("model", "SYST:INF:MOD?"), ("serial number", "SYST:INF:SNUM?"), ("wavelength", "SYST:INF:WAV?"),
            ("rated power", "SYST:INF:POW?"), ("firmware", "SYST:INF:FVER?"),
        ]
        let texts = try line.perform { lines in
            try fixed.compactMap { name, command in
                try optional { try ask(command, lines) { $0 } }.map { Setting(name, fixed: $0) }
            }
        }
        let numbers = [("operating hours", "SYST:HOUR?"), ("diode hours", "SYST:DIOD:HOUR?")]
        let known = try line.perform { lines in
            (
                hours: try numbers.filter { row in try optional { try ask(row.1, lines, parse: \.number) } != nil },
                switches: try switches.filter { row in try optional { try flag(row.word + "?", lines) } != nil },
                temperatures: try temperatures.filter { row in try optional { try temperature(row.1, lines) } != nil },
                hasInterlock: try optional { try ask("SYST:LOCK?", lines) { $0 } } != nil
            )
        }
        return texts
            + known.hours.map { name, command in
                Setting(name, on: line, in: 0...manyHours, get: { try ask(command, $0, parse: \.number) })
            }
            + known.temperatures.map { name, command in
                Setting(name, on: line, in: -273.0...1000, get: { try temperature(command, $0) })
            }
            + [
                Setting("status", on: line) { OBISBits.names(ofStatus: try status($0)) },
                Setting("fault", on: line) { OBISBits.names(ofFault: try fault($0)) },
                Setting("mode", on: line, get: mode, set: setMode),
            ]
            + (known.hasInterlock ? [Setting("interlock", on: line) { try ask("SYST:LOCK?", $0) { $0 } }] : [])
            + known.switches.map { name, word in
                Setting(name, on: line, get: { try flag(word + "?", $0) }) {
                    try order("\(word) \($0 ? "ON" : "OFF")", $1)
                }
            }
    }

    private var switches: [(name: String, word: String)] {
        [("CDRH delay", "SYST:CDRH"), ("autostart", "SYST:AUT"), ("temperature control", "SOUR:TEMP:APR")]
    }

    private var temperatures: [(String, String)] {
        [("diode temperature", "SOUR:TEMP:DIOD?"), ("base plate temperature", "SOUR:TEMP:BAS?")]
    }
}

/// The operating mode of an OBIS laser: the answer to `SOUR:AM:SOUR?`.
enum OBISMode: Int, SettingChoice {
    case constantPower, constantCurrent, digital, analog, mixed

    /// Reads the laser's word, long or short.
    init?(answer: String) {
        let word = answer.uppercased()
        guard let mode = Self.allCases.first(where: { word.hasPrefix($0.word) }) else { return nil }
        self = mode
    }

    private var word: String {
        switch self {
        case .constantPower: "CWP"
        case .constantCurrent: "CWC"
        case .digital: "DIG"
        case .analog: "ANAL"
        case .mixed: "MIX"
        }
    }

    /// Whether a signal at the laser's input controls the light.
    var isExternal: Bool { self != .constantPower && self != .constantCurrent }

    var command: String { "\(isExternal ? "EXT" : "INT") \(word)" }

    var label: String {
        switch self {
        case .constantPower: "constant power"
        case .constantCurrent: "constant current"
        case .digital: "digital modulation"
        case .analog: "analog modulation"
        case .mixed: "mixed modulation"
        }
    }
}

/// The numbers that OBIS lasers use and their meanings.
enum OBISBits {
    static let emitting = 0x2
    static let ready = 0x4
    static let delayed = 0x10
    static let warmingUp = 0x100

    private static let status: [(bit: Int, name: String)] = [
        (0x1, "fault"), (emitting, "emission"), (ready, "ready"), (0x8, "standby"), (delayed, "CDRH delay running"),
        (0x20, "hardware fault"), (0x40, "error queued"), (0x80, "power calibration"), (warmingUp, "warm-up"),
        (0x200, "noise"), (0x400, "external operating mode"), (0x800, "field calibration"), (0x1000, "power voltage"),
    ]

    private static let fault: [(bit: Int, name: String)] = [
        (0x1, "base plate temperature"), (0x2, "diode temperature"), (0x4, "internal temperature"), (0x8, "supply"),
        (0x10, "I2C"), (0x20, "over-current"), (0x40, "checksum"), (0x80, "checksum"), (0x100, "buffer"),
        (0x200, "warm-up limit"), (0x400, "TEC"), (0x800, "bus"), (0x1000, "diode temperature limit"),
        (0x2000, "laser ready lost"), (0x4000, "photodiode"), (0x8000, "fatal"), (0x10000, "start-up"),
        (0x20000, "watchdog"), (0x40000, "field calibration"), (0x100000, "over-power"),
    ]

    /// The upper bits hold an undocumented controller state and are left out.
    static func names(ofStatus bits: Int) -> String { bitNames(of: bits & 0x1FFF, status) }

    static func names(ofFault bits: Int) -> String { bitNames(of: bits, fault) }

    /// An error with its meaning: `ERR-100`.
    static func text(ofError answer: String) -> String {
        let meaning: String? =
            switch String(answer.dropFirst(3)) {
            case "-100": "unknown command"
            case "-102": "syntax"
            case "-109": "a parameter is missing"
            case "-200": "cannot be done now"
            case "-203": "protected"
            case "-220": "bad parameter"
            case "-221": "settings conflict"
            case "-241": "not available"
            case "-310": "system error"
            case "-321": "out of memory"
            case "-350": "too many errors queued"
            case "-400": "cannot be asked now"
            case let code: code.code().map { (500...900).contains($0) } == true ? "the box does not reach it" : nil
            }
        return meaning.map { "\(answer), \($0)" } ?? answer
    }
}
