public import Devices
internal import Platform
public import Transports

/// A Cobolt laser (now Hübner Photonics).
public typealias CoboltLaser = SerialLight<CoboltCommands>

extension CoboltCommands {
    /// 115200 baud; very old heads use 19200.
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(
        commandEnd: "\r",
        answerEnd: "\r\n",
        echo: .possible,
        pause: .milliseconds(20),
        patience: .milliseconds(300)
    )
}

extension Driver where Configuration == LightOptions {
    public static var cobolt: Self {
        Driver(
            light: "cobolt",
            "Cobolt (Hübner Photonics) lasers, 04 to 06 series",
            port: CoboltCommands.port,
            format: CoboltCommands.format,
            commands: CoboltCommands(),
            simulated: { SimulatedCobolt() }
        )
        .proven(
            Proof(
                sources: """
                    Jive 561 with controller 50070, 06-MLD; for the 06 of 12 V: CoboltOfficial and pycobolt, both the \
                    maker's
                    """,
                witnesses: [
                    .pythonMicroscope("light, powers", tests: "test_both_drivers_agree"),
                    Witness(
                        "pylablib 1.4.3",
                        "light, powers, identity of an 06-MLD",
                        tests: "test_pylablib_drives_the_cobolt"
                    ),
                ],
                untested: ["04 series"]
            )
        )
    }
}

/// The commands of Cobolt lasers, 04 to 06 series; powers are in milliwatts.
///
/// The 06 series of 12 V has words in the grammar of SCPI for power and mode: those of the maker's own programs,
/// CoboltOfficial (Micro-Manager) and pycobolt.
public struct CoboltCommands: LightCommands {
    public static let typeName = "CoboltLaser"
    /// Whether the laser is one of the 06 series of 12 V, as its firmware has said.
    private let isTwelveVolt = Lock(false)

    public init() {}

    /// The serial number, which is numeric; other devices answer an unknown word with text.
    public func identify(_ lines: LineProtocol) throws -> String {
        let serialNumber = try ask(["sn?", "gsn?"], lines) { line in
            line.allSatisfy { $0.isASCII && $0.isNumber } ? line : nil
        }
        let firmware = try optional { try ask("gfv?", lines) { $0 } } ?? ""
        isTwelveVolt.withLock { $0 = Self.twelveVoltMarks.contains(where: firmware.contains) }
        return serialNumber
    }

    /// The marks of the firmware of the 06 series of 12 V: MLD, DPL and MLDM, in both notations (CoboltOfficial).
    private static let twelveVoltMarks = ["CAP-1004", "BOB-1005", "IMP-1011", "/1004.", "/1005."]

    /// A word for lasers of 5 V, and the one for lasers of 12 V.
    private func word(_ old: String, _ new: String) -> String { isTwelveVolt.withLock { $0 } ? new : old }

    private var speaksSCPI: Bool { isTwelveVolt.withLock { $0 } }

    // MARK: Power

    /// The old commands take watts with four decimal places.
    public var powerStep: Double { 0.1 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        0...(try ask(word("gmlp?", "laser:cp:power:setpoint? max"), lines) { line in
            line.number.flatMap { $0 > 0 ? $0 : nil }
        })
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        guard speaksSCPI else { return try ask("p?", lines, parse: Self.milliwatts) }
        return try ask("\(try powerWord(lines))?", lines, parse: \.number)
    }

    /// Milliwatts from an answer in watts; no laser reaches a kilowatt.
    private static func milliwatts(_ text: String) -> Double? {
        text.number.flatMap { abs($0) < 1000 ? $0 * 1000 : nil }
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        guard !speaksSCPI else { return try ask("laser:power:reading?", lines, parse: \.number) }
        // A late answer to `l?` has been seen in place of the power; these lasers do not reach exactly one watt.
        return try ask("pa?", lines) { $0 == "1" ? nil : Self.milliwatts($0) }
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        guard speaksSCPI else { return try order("p \((power / 1000).text(places: 4))", lines) }
        try order("\(try powerWord(lines)) \(power.text(places: 2))", lines)
    }

    /// At 12 V the power of pulses is set apart from the constant power.
    private func powerWord(_ lines: LineProtocol) throws -> String {
        let mode = try optional { try runMode(lines) }
        return mode == .powerModulation ? "laser:pm:power:setpoint" : "laser:cp:power:setpoint"
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try ask("l?", lines, parse: \.flag) }

    public func switchOn(_ lines: LineProtocol) throws {
        do { try order(word("l1", "@cob1"), lines) } catch SerialError.refused(_, let answer)
            where answer.contains("autostart")
        {
            throw DeviceError(
                .incompatibleState,
                "with autostart the laser decides by itself when to emit and cannot be switched on; "
                    + "set the setting 'autostart' to false"
            )
        }
        // Micro-Manager leaves these lasers paused.
        if speaksSCPI, try optional({ try ask("laser:paused?", lines, parse: \.flag) }) == true {
            try order("laser:paused 0", lines)
        }
    }

    /// `l0` keeps the laser warm; a laser of 12 V that does not know it is aborted.
    public func switchOff(_ lines: LineProtocol) throws {
        guard speaksSCPI else { return try order("l0", lines) }
        do { try order("l0", lines) } catch SerialError.refused { return try order("abort", lines) }
        if try isOn(lines) { try order("abort", lines) }
    }

    /// `@cob1` runs through the start-up sequence: temperatures, key, warm-up.
    public var switchingTime: Duration { speaksSCPI ? .seconds(10) : .seconds(1) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        if try isInterlockOpen(lines) == true { return "the interlock is open" }
        if try isKeyOn(lines) == false { return "the key is off" }
        let fault = try faultName(lines)
        return fault == "none" ? nil : "fault: \(fault)"
    }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        let isModulated =
            speaksSCPI
            ? try optional { try runMode(lines).isModulated } == true
            : try optional { try mode(lines) } == .modulation
        return isModulated ? .risingEdge : .software
    }

    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        guard speaksSCPI else {
            guard type != .software else { return try setMode(.constantPower, lines) }
            try order("sdmes 1", lines)
            return try setMode(.modulation, lines)
        }
        guard type != .software else { return try setRunMode(.constantPower, lines) }
        try order("laser:pm:digital:enabled 1", lines)
        try setRunMode(.powerModulation, lines)
    }

    // MARK: State

    func isInterlockOpen(_ lines: LineProtocol) throws -> Bool? {
        try optional { try ask("ilk?", lines, parse: \.flag) }
    }

    func isKeyOn(_ lines: LineProtocol) throws -> Bool? {
        try optional {
            try ask(speaksSCPI ? ["keyswitch?"] : ["@cobasks?", "gkses?"], lines, parse: \.flag)
        }
    }

    /// The fault in words: the laser's own at 12 V, those of the manual for the numbers of the others.
    func faultName(_ lines: LineProtocol) throws -> String {
        if speaksSCPI, let isFaulty = try optional({ try ask("fault:state?", lines, parse: \.flag) }) {
            return isFaulty ? try ask("fault?", lines) { $0 } : "none"
        }
        return try ask("f?", lines) { $0.code().map(CoboltFault.init) }.label
    }

    func runMode(_ lines: LineProtocol) throws -> CoboltRunMode {
        try ask("laser:runmode?", lines, parse: CoboltRunMode.init(answer:))
    }

    func setRunMode(_ mode: CoboltRunMode, _ lines: LineProtocol) throws {
        try order("laser:runmode \(mode.word)", lines)
    }

    func mode(_ lines: LineProtocol) throws -> CoboltMode {
        try ask("gam?", lines) { $0.code().flatMap(CoboltMode.init) }
    }

    func setMode(_ mode: CoboltMode, _ lines: LineProtocol) throws { try order(mode.command, lines) }

    // MARK: Exchanges

    /// Asks a question; an answer that starts like an error is a refusal.
    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.ask(command) { line in
            let start = line.prefix(12).lowercased()
            guard start != "syntax error", !start.hasPrefix("error") else {
                throw SerialError.refused(command, answer: line)
            }
            return try parse(line)
        }
    }

    /// Asks with the command of one series and, if that is unknown, with the command of the next.
    private func ask<Value>(
        _ commands: [String],
        _ lines: LineProtocol,
        parse: (String) throws -> Value?
    ) throws -> Value {
        for command in commands.dropLast() {
            do { return try ask(command, lines, parse: parse) } catch SerialError.refused { continue }
        }
        return try ask(commands.last ?? "", lines, parse: parse)
    }

    func order(_ command: String, _ lines: LineProtocol) throws {
        try ask(command, lines) { $0 == "OK" ? () : nil }
    }
}

extension CoboltCommands {
    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("set point") { "\((try setPoint($0) ?? 0).text(places: 1)) mW" },
            StatusRow("measured power") { "\(try measuredPower($0).text(places: 1)) mW" },
            StatusRow("fault", faultName),
            StatusRow("interlock") { try ask("ilk?", $0, parse: \.flag) ? "open" : "closed" },
            StatusRow("key") { try isKeyOn($0).map(\.onOrOff) ?? "not reported" },
            StatusRow("autostart") { try ask(word("@cobas?", "autostart:enabled?"), $0, parse: \.flag).onOrOff },
            StatusRow("operating mode") { lines in
                guard !speaksSCPI else { return try ask("state?", lines) { $0 } }
                return "number \(try ask("gom?", lines) { $0.code() })"
            },
            StatusRow("operating hours") { try ask("hrs?", $0) { $0.number }.text(places: 2) },
        ]
    }

    /// The settings that this laser supports.
    public func settings(_ line: SerialLine) throws -> [Setting] {
        let autostart = word("@cobas", "autostart:enabled")
        let known = try line.perform { lines in
            (
                serialNumber: try identify(lines),
                model: try optional { try ask("glm?", lines) { $0 } } ?? optional { try ask("gcn?", lines) { $0 } },
                firmware: try optional { try ask("gfv?", lines) { $0 } } ?? optional { try ask("ver?", lines) { $0 } },
                hasInterlock: try isInterlockOpen(lines) != nil,
                hasKey: try isKeyOn(lines) != nil,
                hasMode: try optional { try mode(lines) } != nil,
                hasRunMode: try speaksSCPI && optional { try runMode(lines) } != nil,
                hasAutostart: try optional { try ask(autostart + "?", lines, parse: \.flag) } != nil
            )
        }
        var settings = [Setting("serial number", fixed: known.serialNumber)]
        if let model = known.model { settings.append(Setting("model", fixed: model)) }
        if let firmware = known.firmware { settings.append(Setting("firmware", fixed: firmware)) }
        settings += [
            Setting("operating hours", on: line, in: 0...manyHours, get: { try ask("hrs?", $0, parse: \.number) }),
            Setting("fault", on: line, text: faultName),
        ]
        if known.hasInterlock {
            settings.append(Setting("interlock open", on: line, get: { try ask("ilk?", $0, parse: \.flag) }))
        }
        if known.hasKey { settings.append(Setting("key on", on: line, get: { try isKeyOn($0) ?? false })) }
        if known.hasRunMode { settings.append(Setting("mode", on: line, get: runMode, set: setRunMode)) }
        if known.hasMode, !known.hasRunMode { settings.append(Setting("mode", on: line, get: mode, set: setMode)) }
        if known.hasAutostart {
            settings.append(
                Setting("autostart", on: line, get: { try ask(autostart + "?", $0, parse: \.flag) }) {
                    try order("\(autostart) \($0 ? 1 : 0)", $1)
                }
            )
        }
        return settings
    }

    @RemoteInterfaceBuilder
    public func members(of light: SerialLight<Self>) -> [any RemoteMember] {
        // Name and result are those of python-microscope.
        RemoteMethod("clearFault") {
            try light.line.perform { try self.order(self.word("cf", "fault:clear"), $0) }
            return light.status
        }
    }
}

/// The operating mode of a Cobolt laser: the answer to `gam?`.
enum CoboltMode: Int, SettingChoice {
    case constantCurrent = 0
    case constantPower
    /// Controlled by the signal at the modulation input.
    case modulation

    var label: String {
        switch self {
        case .constantCurrent: "constant current"
        case .constantPower: "constant power"
        case .modulation: "modulation"
        }
    }

    /// The command that selects it.
    var command: String {
        switch self {
        case .constantCurrent: "ci"
        case .constantPower: "cp"
        case .modulation: "em"
        }
    }
}

/// The operating mode of a Cobolt laser of 12 V: the answer to `laser:runmode?`.
enum CoboltRunMode: Int, SettingChoice {
    case constantCurrent, constantPower, powerModulation, currentModulation

    init?(answer: String) {
        guard let mode = Self.allCases.first(where: { $0.word.lowercased() == answer.lowercased() }) else { return nil }
        self = mode
    }

    /// The maker's word.
    var word: String {
        switch self {
        case .constantCurrent: "ConstantCurrent"
        case .constantPower: "ConstantPower"
        case .powerModulation: "PowerModulation"
        case .currentModulation: "CurrentModulation"
        }
    }

    /// Whether the signal at the modulation input controls the light.
    var isModulated: Bool { self == .powerModulation || self == .currentModulation }

    var label: String {
        switch self {
        case .constantCurrent: "constant current"
        case .constantPower: "constant power"
        case .powerModulation: "power modulation"
        case .currentModulation: "current modulation"
        }
    }
}

/// A fault of a Cobolt laser: the answer to `f?`.
enum CoboltFault: Equatable {
    case none, temperature, interlock, constantPower
    case other(Int)

    init(_ code: Int) {
        switch code {
        case 0: self = .none
        case 1: self = .temperature
        case 3: self = .interlock
        case 4: self = .constantPower
        default: self = .other(code)
        }
    }

    var label: String {
        switch self {
        case .none: "none"
        case .temperature: "temperature"
        case .interlock: "interlock"
        case .constantPower: "constant power or current cannot be held"
        case .other(let code): "number \(code)"
        }
    }
}
