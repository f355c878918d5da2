public import Devices
public import Transports

/// A Toptica iBeam smart laser.
public typealias IBeamLaser = SerialLight<IBeamCommands>

extension IBeamCommands {
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(
        commandEnd: "\r\n",
        answerEnd: "\r\n",
        echo: .possible,
        prompt: "CMD> ",
        patience: .seconds(1)
    )

    public var status: [StatusRow] {
        [
            StatusRow("emission") { try isOn($0).onOrOff },
            StatusRow("set point") { "\((try setPoint($0) ?? 0).text(places: 3)) mW" },
            StatusRow("measured power") { "\(try measuredPower($0).text(places: 3)) mW" },
            StatusRow("diode current") { try text("show current", $0) },
            StatusRow("clip") { try text("status clip", $0) },
            StatusRow("temperature") { try text("show temperature", $0) },
            StatusRow("uptime") { try text("status uptime", $0) },
        ]
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        try line.fixed([("serial number", identify), ("firmware", { try text("ver", $0) })])
            + [
                Setting("diode current", on: line) { try text("show current", $0) },
                Setting("temperature", on: line) { try text("show temperature", $0) },
                Setting("clip", on: line) { try text("status clip", $0) },
                Setting("fine", on: line) { try text("status fine", $0) },
                Setting("uptime", on: line) { try text("status uptime", $0) },
            ].known()
    }

    private func text(_ command: String, _ lines: LineProtocol) throws -> String { try ask(command, lines) { $0 } }
}

extension Driver where Configuration == LightOptions {
    public static var iBeam: Self {
        Driver(
            light: "ibeam",
            "Toptica iBeam smart lasers",
            port: IBeamCommands.port,
            format: IBeamCommands.format,
            commands: IBeamCommands(),
            simulated: { SimulatedIBeam() }
        )
        .proven(
            Proof(
                sources: "Toptica's manual; drivers by others, without a firmware",
                witnesses: [
                    .pythonMicroscope("light, powers", tests: "test_both_drivers_agree"),
                    Witness(
                        "pylablib 1.4.3",
                        "light, powers, channels, identity",
                        tests: "test_pylablib_drives_the_ibeam"
                    ),
                    Witness("pymeasure 0.16.0", "light, powers, identity", tests: "test_pymeasure_drives_the_ibeam"),
                ]
            )
        )
    }
}

/// The commands of Toptica iBeam smart lasers; powers are in milliwatts.
///
/// The power is that of channel 2, the working level; channel 1, the bias, is left as it is.
public struct IBeamCommands: LightCommands {
    public static let typeName = "TopticaiBeam"

    public init() {}

    /// Brings the console from any state into the one in which each answer ends with `[OK]`.
    public func identify(_ lines: LineProtocol) throws -> String {
        // `talk quiet` leaves some questions without an answer.
        for command in ["echo off", "prompt off", "talk usual"] { try lines.send(command) }
        try lines.resynchronise()
        try order("", lines)
        return try ask("show serial", lines) { $0.value(after: "SN:") }
    }

    // MARK: Power

    public var powerStep: Double { 0.001 }

    public func powerRange(_ lines: LineProtocol) throws -> ClosedRange<Double> {
        0...(try ask("show satellite", lines) { line in
            line.value(after: "Pmax:")?.number(in: "mW").flatMap { $0 > 0 ? $0 : nil }
        })
    }

    public func setPoint(_ lines: LineProtocol) throws -> Double? {
        try ask("show level power", lines) { $0.value(after: "CH2, PWR:")?.number(in: "mW") }
    }

    public func measuredPower(_ lines: LineProtocol) throws -> Double {
        try ask("show power", lines) { $0.value(after: "PIC")?.value(after: "=")?.number(in: "uW") } / 1000
    }

    public func setPower(_ power: Double, _ lines: LineProtocol) throws {
        try order("channel 2 power \(power.text(places: 3))", lines)
    }

    // MARK: On and off

    public func isOn(_ lines: LineProtocol) throws -> Bool {
        try ask("status laser", lines) { $0 == "ON" ? true : $0 == "OFF" ? false : nil }
    }

    public func switchOn(_ lines: LineProtocol) throws {
        try order("enable 2", lines)
        try order("laser on", lines)
    }

    public func switchOff(_ lines: LineProtocol) throws { try order("laser off", lines) }

    /// The laser reports obstacles only in its refusals.
    public func obstacle(_: LineProtocol) -> String? { nil }

    // MARK: Exchanges

    /// Asks a question and returns the first value in the lines before the `[OK]`.
    func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) throws -> Value?) throws -> Value {
        try lines.repeating {
            let answer = try exchange(command, lines)
            for line in answer { if let value = try parse(line) { return value } }
            throw SerialError.odd(answer: answer.joined(separator: " "), to: command)
        }
    }

    func order(_ command: String, _ lines: LineProtocol) throws {
        try lines.repeating { _ = try exchange(command, lines) }
    }

    private func exchange(_ command: String, _ lines: LineProtocol) throws -> [String] {
        let answer = try lines.exchange(command) { $0 == "[OK]" }.dropLast()
        // Level I marks remarks; warnings, errors and fatal errors are refusals.
        if let error = answer.first(where: { $0.hasPrefix("%SYS-") && !$0.hasPrefix("%SYS-I") }) {
            throw SerialError.refused(command, answer: error)
        }
        return Array(answer)
    }
}

extension String {
    /// The text after a word at the start of the line.
    fileprivate func value(after word: String) -> String? {
        hasPrefix(word) ? String(String(dropFirst(word.count)).drop(while: \.isWhitespace)) : nil
    }

    /// A number with a unit.
    fileprivate func number(in unit: String) -> Double? { hasSuffix(unit) ? String(dropLast(unit.count)).number : nil }
}
