public import Transports

/// A simulated iBeam smart laser: 488 nm, 100 mW, with its console at the most verbose level.
public struct SimulatedIBeam: SimulatedInstrument, SimulatedLaser {
    private var input: [UInt8] = []
    /// In milliwatts.
    public var maximumPower = 100.0
    public var power = 5.0
    public private(set) var isSwitchedOn = false
    public var hasChannel2 = true
    public var echoes = true
    public var prompts = true
    public var talk = "gabby"
    public var isInterlockOpen = false { didSet { if isInterlockOpen { isSwitchedOn = false } } }
    public var isKeyOn = true { didSet { if !isKeyOn { isSwitchedOn = false } } }

    /// The level of the refusal to emit while locked: a warning (W), an error (E) or a fatal error (F).
    public var lockLevel = "E"

    public init() {}

    public func isEmitting(at _: ContinuousClock.Instant) -> Bool { isSwitchedOn && hasChannel2 }

    public mutating func startByItself() { isSwitchedOn = true }
    public mutating func forgetPower() { power = maximumPower }

    /// An empty line is answered as well.
    public mutating func receive(_ bytes: [UInt8], at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        var outputs: [SimulatedOutput] = []
        for byte in bytes {
            if echoes { outputs.append(SimulatedOutput([byte])) }
            guard byte == 0x0D else {
                // Control characters such as the line feed do not belong to a command.
                if byte > 0x1F { input.append(byte) }
                continue
            }
            let command = String(decoding: input, as: UTF8.self)
            input = []
            outputs.append(SimulatedOutput(answer(command)))
        }
        return outputs
    }

    private mutating func answer(_ command: String) -> String {
        let text = report(command) ?? execute(command)
        let prompt = prompts ? "CMD> " : ""
        if talk == "quiet" {
            return report(command) == nil || command == "show serial" ? prompt : "\r\n\(text)\r\n\(prompt)"
        }
        let remark = talk == "gabby" ? "%SYS-I-077, a remark\r\n" : ""
        return "\r\n" + remark + (text.isEmpty ? "" : text + "\r\n") + "[OK]\r\n" + prompt
    }

    private func report(_ command: String) -> String? {
        switch command {
        case "show serial", "id": "SN: iBEAM-SMART-488-S-A3-15-21234"
        case "ver": "iBPs-001A01-05"
        case "status laser", "sta la": isSwitchedOn ? "ON" : "OFF"
        case "show power": "PIC  = \((isEmitting(at: .now) ? power * 1000 : 0).text(places: 0)) uW  "
        case "show level power": "CH1, PWR:  0.000 mW\r\nCH2, PWR:  \(power.text(places: 3)) mW"
        case "show satellite": " Satellite\r\n\r\n Imax: 120 mA\r\n Pmax: \(maximumPower.text(places: 0)) mW\r\n"
        case "show current": "LDC  = \((isSwitchedOn ? 45.6 : 0).text(places: 1)) mA"
        case "show temperature": "TEMP = 25 C"
        case "status clip": "PASS"
        case "status fine": "OFF"
        case "status uptime": "ONTIME = 01234:05:06"
        default: nil
        }
    }

    private mutating func execute(_ command: String) -> String {
        switch command {
        case "": break
        case "laser on", "la on":
            guard !isInterlockOpen, isKeyOn else { return "%SYS-\(lockLevel)-035, it is locked" }
            isSwitchedOn = true
        case "laser off", "la off": isSwitchedOn = false
        case "echo on", "echo off": echoes = command == "echo on"
        case "prompt on", "prompt off": prompts = command == "prompt on"
        case "talk quiet", "talk usual", "talk gabby": talk = String(command.dropFirst(5))
        case "enable 2", "disable 2": hasChannel2 = command == "enable 2"
        case _ where command.hasPrefix("channel 2 power "):
            guard let power = String(command.dropFirst(16)).number, (0...maximumPower).contains(power) else {
                return "%SYS-E-047, out of range"
            }
            self.power = power
        default: return "%SYS-E-001, unknown command"
        }
        return ""
    }
}
