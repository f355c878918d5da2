import MicroscopeServer

/// An LED on an Arduino, whose sketch understands `P=0` … `P=255`, `L=0` and `L=1`, and answers `P?`, `L?` and `ID?`.
///
/// The library ensures the safety of a light source (off when opened, off when closed, off after its cable was pulled);
/// the driver only has the commands.
struct LEDCommands: LightCommands {
    static let typeName = "LEDLamp"
    static let port = PortSettings(baudRate: 115_200)
    static let format = LineFormat(commandEnd: "\n", answerEnd: "\r\n")

    func identify(_ lines: LineProtocol) throws -> String { try lines.ask("ID?") { $0.hasPrefix("LED") ? $0 : nil } }

    var powerStep: Double { 1 }
    func powerRange(_: LineProtocol) -> ClosedRange<Double> { 0...255 }
    func setPoint(_ lines: LineProtocol) throws -> Double? { try lines.ask("P?", parse: \.number) }
    func measuredPower(_ lines: LineProtocol) throws -> Double { try lines.ask("P?", parse: \.number) }
    func setPower(_ power: Double, _ lines: LineProtocol) throws { try tell("P=\(power.text(places: 0))", lines) }

    func isOn(_ lines: LineProtocol) throws -> Bool { try lines.ask("L?", parse: \.flag) }
    func switchOn(_ lines: LineProtocol) throws { try tell("L=1", lines) }
    func switchOff(_ lines: LineProtocol) throws { try tell("L=0", lines) }
    func obstacle(_: LineProtocol) -> String? { nil }

    var status: [StatusRow] { [StatusRow("power") { try $0.ask("P?") { "\($0) of 255" } }] }

    private func tell(_ command: String, _ lines: LineProtocol) throws {
        _ = try lines.ask(command) { $0 == "OK" ? true : nil }
    }
}

/// A simulation of the sketch for `--simulated`, connected to the driver by a pseudo-terminal.
struct SimulatedLED: SimulatedLineInstrument {
    static let commandEnds: [UInt8] = [0x0A]
    var pendingInput: [UInt8] = []
    private var power = 0
    private var isOn = false

    mutating func answer(_ command: String, at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        let value = command.dropFirst(2).isEmpty ? nil : String(command.dropFirst(2)).code()
        let answer: String
        switch (command.prefix(2), value) {
        case ("ID", _): answer = "LED 1"
        case ("P?", _): answer = "\(power)"
        case ("L?", _): answer = isOn ? "1" : "0"
        case ("P=", let value?) where value < 256: (power, answer) = (value, "OK")
        case ("L=", let value?) where value < 2: (isOn, answer) = (value == 1, "OK")
        default: answer = "?"
        }
        return [SimulatedOutput(answer + "\r\n")]
    }
}

extension Driver where Configuration == LightOptions {
    static var ledLamp: Self {
        Driver(
            light: "led-lamp",
            "an LED on an Arduino",
            port: LEDCommands.port,
            format: LEDCommands.format,
            commands: LEDCommands(),
            simulated: { SimulatedLED() }
        )
    }
}
