public import Devices
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
    }
}

/// The commands of Cobolt lasers, 04 to 06 series; powers are in milliwatts.
public struct CoboltCommands: LightCommands {
    public static let typeName = "CoboltLaser"

    public init() {}

    /// The serial number, which is numeric; other devices answer an unknown word with text.
    public func identify(_ lines: LineProtocol) throws -> String {
        try ask(["sn?", "gsn?"], lines) { line in
            line.allSatisfy { $0.isASCII && $0.isNumber } ? line : nil
        }
    }

    // MARK: Power

    /// The commands take watts with four decimal places.
    public var powerStep: Double { 0.1 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        0...(try ask("gmlp?", lines) { $0.number.flatMap { $0 > 0 ? $0 : nil } })
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? { try ask("p?", lines, parse: Self.milliwatts) }

    /// Milliwatts from an answer in watts; no laser reaches a kilowatt.
    private static func milliwatts(_ text: String) -> Double? {
        text.number.flatMap { abs($0) < 1000 ? $0 * 1000 : nil }
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        // A late answer to `l?` has been seen in place of the power; these lasers do not reach exactly one watt.
        try ask("pa?", lines) { $0 == "1" ? nil : Self.milliwatts($0) }
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try order("p \((power / 1000).text(places: 4))", lines)
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try ask("l?", lines, parse: \.flag) }

    public func switchOn(_ lines: LineProtocol) throws {
        do { try order("l1", lines) } catch SerialError.refused(_, let answer) where answer.contains("autostart") {
            throw DeviceError(
                .incompatibleState,
                "with autostart the laser decides by itself when to emit and cannot be switched on; "
                    + "set the setting 'autostart' to false"
            )
        }
    }

    public func switchOff(_ lines: LineProtocol) throws { try order("l0", lines) }

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
        try order("sdmes 1", lines)
        try setMode(.modulation, lines)
    }

    // MARK: State

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

    func setMode(_ mode: CoboltMode, _ lines: LineProtocol) throws { try order(mode.command, lines) }

    // MARK: Exchanges

    /// Asks a question; an answer that starts like an error is a refusal.
    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.ask(command) { line in
            guard !line.hasPrefix("Syntax error"), !line.hasPrefix("Error") else {
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
            StatusRow("fault") { try fault($0).label },
            StatusRow("interlock") { try ask("ilk?", $0, parse: \.flag) ? "open" : "closed" },
            StatusRow("key") { try isKeyOn($0).map(\.onOrOff) ?? "not reported" },
            StatusRow("autostart") { try ask("@cobas?", $0, parse: \.flag).onOrOff },
            StatusRow("operating mode") { "number \(try ask("gom?", $0) { $0.code() })" },
            StatusRow("operating hours") { try ask("hrs?", $0) { $0.number }.text(places: 2) },
        ]
    }

    /// The settings that this laser supports.
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
                    try order("@cobas \($0 ? 1 : 0)", $1)
                }
            )
        }
        return settings
    }

    @RemoteInterfaceBuilder
    public func members(of light: SerialLight<Self>) -> [any RemoteMember] {
        // Name and result are those of python-microscope.
        RemoteMethod("clearFault") {
            try light.line.perform { try self.order("cf", $0) }
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
