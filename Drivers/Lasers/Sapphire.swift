public import Devices
public import Transports

/// A Coherent Sapphire laser.
public typealias SapphireLaser = SerialLight<SapphireCommands>

extension SapphireCommands {
    static let port = PortSettings(baudRate: 19200)
    static let format = LineFormat(
        commandEnd: "\r\n",
        answerEnd: "\r\n",
        echo: .orEmptyLine,
        prompt: "Sapphire:0-> ",
        pause: .milliseconds(50)
    )

    public var status: [StatusRow] {
        [
            StatusRow("state", state),
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("temperature control") { try ask("?T", $0, parse: \.flag).onOrOff },
            StatusRow("key") { try ask("?K", $0, parse: \.flag) ? "on" : "standby" },
            StatusRow("set point") { "\((try setPoint($0) ?? 0).text(places: 1)) mW" },
            StatusRow("measured power") { "\(try measuredPower($0).text(places: 1)) mW" },
            StatusRow("fault") { SapphireBits.names(ofFault: try fault($0)) },
            StatusRow("operating hours") { try hours($0).text(places: 2) },
        ]
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        let fixed = try line.perform { lines in
            [
                Setting("serial number", fixed: try identify(lines)),
                Setting("model", fixed: try text("LT", lines)),
                Setting("wavelength", fixed: try text("?WAVE", lines)),
                Setting("rated power", fixed: try text("NOMP", lines)),
            ]
        }
        return fixed + [
            Setting("firmware", on: line) { try text("SV", $0) },
            Setting("state", on: line, text: state),
            Setting("fault", on: line) { SapphireBits.names(ofFault: try fault($0)) },
            Setting("key on", on: line, get: { try ask("?K", $0, parse: \.flag) }),
            Setting("operating hours", on: line, in: 0...manyHours, get: hours),
            Setting("temperature control", on: line, get: { try ask("?T", $0, parse: \.flag) }) { isOn, lines in
                try lines.send("T=\(isOn ? 1 : 0)")
                guard try ask("?T", lines, parse: \.flag) == isOn else {
                    throw SerialError.refused("T=\(isOn ? 1 : 0)", answer: "the switch stays as it is")
                }
            },
        ]
    }

    @RemoteInterfaceBuilder
    public func members(of light: SerialLight<Self>) -> [any RemoteMember] {
        // The name is python-microscope's; the laser clears a fault by itself when its cause is gone.
        RemoteMethod("clearFault") { light.status }
    }
}

extension Driver where Configuration == LightOptions {
    public static var sapphire: Self {
        Driver(
            light: "sapphire",
            "Coherent Sapphire lasers",
            port: SapphireCommands.port,
            format: SapphireCommands.format,
            commands: SapphireCommands(),
            simulated: { SimulatedSapphire() }
        )
        .proven(
            Proof(
                sources: "Sapphire 561 LP with firmware 8.005",
                witnesses: [
                    .pythonMicroscope("light, powers", tests: "test_both_drivers_agree")
                ],
                untested: ["Sapphire FP", "HP", "LPX", "SF"]
            )
        )
    }
}

/// The commands of Coherent Sapphire lasers; powers are in milliwatts.
///
/// A set command is answered only with an echo or an empty line, so the driver reads back its effect.
public struct SapphireCommands: LightCommands {
    public static let typeName = "SapphireLaser"

    public init() {}

    /// Switches the prompt off; an echo makes no difference.
    public func identify(_ lines: LineProtocol) throws -> String {
        try lines.send(">=0")
        let number = try ask("?HID", lines, parse: \.number)
        guard (0..<1e15).contains(number) else { throw SerialError.odd(answer: "\(number)", to: "?HID") }
        // Only the integer part is the serial number.
        return number.rounded(.down).text(places: 0)
    }

    // MARK: Power

    public var powerStep: Double { 0.001 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        let lowest = try ask("?MINLP", lines, parse: \.number)
        let highest = try ask("?MAXLP", lines, parse: \.number)
        guard lowest <= highest else { throw SerialError.odd(answer: "\(lowest) to \(highest)", to: "?MINLP, ?MAXLP") }
        return lowest...highest
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? { try ask("?SP", lines, parse: \.number) }
    public func measuredPower(_ lines: LineProtocol) throws -> Double { try ask("?P", lines, parse: \.number) }
    public func setPower(_ power: Double, _ lines: LineProtocol) throws { try lines.send("P=\(power.text(places: 3))") }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool { try ask("?L", lines, parse: \.flag) }
    public func switchOn(_ lines: LineProtocol) throws { try lines.send("L=1") }
    public func switchOff(_ lines: LineProtocol) throws { try lines.send("L=0") }
    /// Switching on takes more than half a second.
    public var switchingTime: Duration { .seconds(3) }

    public func obstacle(_ lines: LineProtocol) throws -> String? {
        if try !ask("?K", lines, parse: \.flag) { return "the key is at standby" }
        if try !ask("?T", lines, parse: \.flag) { return "the temperature control (TEC) is off" }
        let fault = try fault(lines)
        if fault != 0 { return "fault: \(SapphireBits.names(ofFault: fault))" }
        let state = try ask("?STA", lines) { $0.code() }
        return SapphireBits.isStarting(state) ? "its state: \(SapphireBits.name(ofState: state))" : nil
    }

    // MARK: State

    /// The fault bits, without the bit for ready.
    func fault(_ lines: LineProtocol) throws -> Int { try ask("?FF", lines) { $0.code() } & ~SapphireBits.ready }

    func state(_ lines: LineProtocol) throws -> String {
        try ask("?STA", lines) { $0.code().map(SapphireBits.name(ofState:)) }
    }

    /// Hours; the answer is like `257:34`.
    func hours(_ lines: LineProtocol) throws -> Double {
        try ask("?HH", lines) { text in
            let parts = text.split(separator: ":").map(String.init)
            guard let hours = parts.first?.number, parts.count <= 2 else { return nil }
            return hours + (parts.dropFirst().first?.number ?? 0) / 60
        }
    }

    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.ask(command, parse: parse)
    }

    func text(_ command: String, _ lines: LineProtocol) throws -> String { try ask(command, lines) { $0 } }
}

/// The numbers that Sapphire lasers use and their meanings.
enum SapphireBits {
    static let ready = 1 << 13

    private static let fault: [(bit: Int, name: String)] = [
        (1 << 0, "interlock"), (1 << 1, "diode temperature"), (1 << 2, "base plate temperature"),
        (1 << 3, "controller temperature"), (1 << 4, "diode current"), (1 << 5, "analog interface"),
        (1 << 6, "base plate temperature, light off"), (1 << 7, "diode temperature, light off"),
        (1 << 8, "waiting for the temperature control"), (1 << 9, "head EEPROM"), (1 << 10, "controller EEPROM"),
        (1 << 11, "EEPOT1"), (1 << 12, "EEPOT2"),
    ]

    static func names(ofFault bits: Int) -> String { bitNames(of: bits, fault) }

    /// Whether the laser will emit once it is warm.
    static func isStarting(_ state: Int) -> Bool { state == 1 || state == 2 }

    static func name(ofState code: Int) -> String {
        switch code {
        case 1: "start-up"
        case 2: "warm-up"
        case 3: "standby"
        case 4: "laser on"
        case 5: "laser ready"
        case 6: "error"
        default: "unknown (\(code))"
        }
    }
}
