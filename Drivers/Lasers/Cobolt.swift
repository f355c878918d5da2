public import Devices
public import Transports

/// A laser of Cobolt's (now Hübner Photonics).
public typealias CoboltLaser = SerialLight<CoboltCommands>

extension CoboltCommands {
    /// 115200 baud; very old heads are set to 19200.
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
            "a laser of Cobolt's, 04 to 06 series",
            port: CoboltCommands.port,
            format: CoboltCommands.format,
            commands: CoboltCommands(),
            simulated: { SimulatedCobolt() }
        )
    }
}

/// The commands of Cobolt's lasers, 04 to 06 series; powers are in milliwatts.
public struct CoboltCommands: LightCommands {
    public static let typeName = "CoboltLaser"

    public init() {}

    /// A number; what other devices say to a word that they do not know is none.
    public func identify(_ lines: LineProtocol) throws -> String {
        try ask(["sn?", "gsn?"], lines) { line in
            line.allSatisfy { $0.isASCII && $0.isNumber } ? line : nil
        }
    }

    // MARK: Power

    /// The commands take watts, with four digits behind the point.
    public var powerStep: Double { 0.1 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        0...(try ask("gmlp?", lines) { $0.number.flatMap { $0 > 0 ? $0 : nil } })
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? { try ask("p?", lines, parse: Self.milliwatts) }

    /// What is told in watts; a kilowatt is beyond all lasers.
    private static func milliwatts(_ text: String) -> Double? {
        text.number.flatMap { abs($0) < 1000 ? $0 * 1000 : nil }
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        // A late answer to `l?` has been seen in place of the power; a whole watt is beyond these lasers.
        try ask("pa?", lines) { $0 == "1" ? nil : Self.milliwatts($0) }
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try tell("p \((power / 1000).text(places: 4))", lines)
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try ask("l?", lines, parse: \.flag) }

    public func switchOn(_ lines: LineProtocol) throws {
        do { try tell("l1", lines) } catch SerialError.refused(_, let answer) where answer.contains("autostart") {
            throw DeviceError(
                .incompatibleState,
                "with autostart the laser decides itself when to emit, and cannot be switched on; "
                    + "set the setting 'autostart' to false"
            )
        }
    }

    public func switchOff(_ lines: LineProtocol) throws { try tell("l0", lines) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        if try isInterlockOpen(lines) == true { return "the interlock is open" }
        if try isKeyOn(lines) == false { return "the key is off" }
        let fault = try fault(lines)
        return fault == .none ? nil : "fault: \(fault.label)"
    }

    // MARK: Triggers

    public var triggerTypes: [TriggerType] { [.software, .risingEdge] }

    public func triggerType(_ lines: LineProtocol) throws -> TriggerType {
        try optional { try mode(lines) } == .modulation ? .risingEdge : .software
    }

    public func setTriggerType(_ type: TriggerType, _ lines: LineProtocol) throws {
        guard type != .software else { return try setMode(.constantPower, lines) }
        try tell("sdmes 1", lines)
        try setMode(.modulation, lines)
    }

    // MARK: What it tells

    func isInterlockOpen(_ lines: LineProtocol) throws -> Bool? {
        try optional { try ask("ilk?", lines, parse: \.flag) }
    }

    func isKeyOn(_ lines: LineProtocol) throws -> Bool? {
        try optional { try ask(["@cobasks?", "gkses?"], lines, parse: \.flag) }
    }

    func fault(_ lines: LineProtocol) throws -> CoboltFault { try ask("f?", lines) { $0.code().map(CoboltFault.init) } }

    func mode(_ lines: LineProtocol) throws -> CoboltMode {
        try ask("gam?", lines) { $0.code().flatMap(CoboltMode.init) }
    }

    func setMode(_ mode: CoboltMode, _ lines: LineProtocol) throws { try tell(mode.command, lines) }

    // MARK: Exchanges

    /// Asks, and takes what begins as an error for a refusal.
    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.ask(command) { line in
            guard !line.hasPrefix("Syntax error"), !line.hasPrefix("Error") else {
                throw SerialError.refused(command, answer: line)
            }
            return try parse(line)
        }
    }

    /// Asks in the words of one series, and if it does not know them in those of the next.
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

    func tell(_ command: String, _ lines: LineProtocol) throws {
        try ask(command, lines) { $0 == "OK" ? () : nil }
    }
}

extension CoboltCommands {
    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("set point") { "\((try setPoint($0) ?? 0).text(places: 1)) mW" },
            StatusRow("measured power") { "\(try measuredPower($0).text(places: 1)) mW" },
            StatusRow("fault") { try fault($0).label },
            StatusRow("interlock") { try ask("ilk?", $0, parse: \.flag) ? "open" : "closed" },
            StatusRow("key") { try isKeyOn($0).map(\.onOrOff) ?? "not told" },
            StatusRow("autostart") { try ask("@cobas?", $0, parse: \.flag).onOrOff },
            StatusRow("operating mode") { "number \(try ask("gom?", $0) { $0.code() })" },
            StatusRow("operating hours") { try ask("hrs?", $0) { $0.number }.text(places: 2) },
        ]
    }

    /// Those that this laser knows.
    public func settings(_ line: SerialLine) throws -> [Setting] {
        let known = try line.perform { lines in
            (
                serialNumber: try identify(lines),
                model: try optional { try ask("glm?", lines) { $0 } } ?? optional { try ask("gcn?", lines) { $0 } },
                firmware: try optional { try ask("gfv?", lines) { $0 } } ?? optional { try ask("ver?", lines) { $0 } },
                hasInterlock: try isInterlockOpen(lines) != nil,
                hasKey: try isKeyOn(lines) != nil,
                hasMode: try optional { try mode(lines) } != nil,
                hasAutostart: try optional { try ask("@cobas?", lines, parse: \.flag) } != nil
            )
        }
        var settings = [Setting("serial number", fixed: known.serialNumber)]
        if let model = known.model { settings.append(Setting("model", fixed: model)) }
        if let firmware = known.firmware { settings.append(Setting("firmware", fixed: firmware)) }
        settings += [
            Setting("operating hours", on: line, in: 0...manyHours, get: { try ask("hrs?", $0, parse: \.number) }),
            Setting("fault", on: line) { try fault($0).label },
        ]
        if known.hasInterlock {
            settings.append(Setting("interlock open", on: line, get: { try ask("ilk?", $0, parse: \.flag) }))
        }
        if known.hasKey { settings.append(Setting("key on", on: line, get: { try isKeyOn($0) ?? false })) }
        if known.hasMode { settings.append(Setting("mode", on: line, get: mode, set: setMode)) }
        if known.hasAutostart {
            settings.append(
                Setting("autostart", on: line, get: { try ask("@cobas?", $0, parse: \.flag) }) {
                    try tell("@cobas \($0 ? 1 : 0)", $1)
                }
            )
        }
        return settings
    }

    @RemoteInterfaceBuilder
    public func members(of light: SerialLight<Self>) -> [any RemoteMember] {
        // As python-microscope calls it, which also answers with the status.
        RemoteMethod("clearFault") {
            try light.line.perform { try self.tell("cf", $0) }
            return light.status
        }
    }
}

/// How a Cobolt laser's light is governed: the answer to `gam?`.
enum CoboltMode: Int, SettingChoice {
    case constantCurrent = 0
    case constantPower
    /// By the signal at its input.
    case modulation

    var label: String {
        switch self {
        case .constantCurrent: "constant current"
        case .constantPower: "constant power"
        case .modulation: "modulation"
        }
    }

    /// The command that chooses it.
    var command: String {
        switch self {
        case .constantCurrent: "ci"
        case .constantPower: "cp"
        case .modulation: "em"
        }
    }
}

/// What is wrong with a Cobolt laser: the answer to `f?`.
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
