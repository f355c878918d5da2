public import Transports

/// A simulated DeepStar laser of 488 nm and 200 mW, or an LDM.
///
/// The words, states and lengths are those of python-microscope's mock, which was written from Omicron's manual and with a
/// head.
public struct SimulatedDeepStar: SimulatedInstrument, SimulatedLaser {
    private var input: [UInt8] = []
    /// 0 error or interlocked, 1 off, 2 on.
    public private(set) var state = 1
    /// LightsOff, bias, modulated, deepstar.
    public var mode = "L0"
    /// What modulates the light: `MF` nothing but the digital input, `MO1` to `MO3` others.
    public var modulation = "MF"
    /// The text of `STAT0`, which names the controller.
    public var controller = "MC 488  200 TA   "
    public var hasAutostart = true
    /// From 0 to 0xFFF.
    public var level = 0x400
    public var hasInternalPeak = false
    public var isAnalogLinked = false
    public var hasPowerMonitor = false
    public var isInterlockOpen = false { didSet { state = isInterlockOpen ? 0 : 1 } }
    public var isKeyOn = true { didSet { state = isKeyOn ? 1 : 0 } }

    public init() {}

    public var isSwitchedOn: Bool { state == 2 }

    public func isEmitting(at _: ContinuousClock.Instant) -> Bool {
        state == 2 && mode != "L0" && hasInternalPeak && !isAnalogLinked && modulation == "MF"
    }

    public mutating func startByItself() { (state, mode, hasInternalPeak) = (2, "L2", true) }
    public mutating func forgetPower() { level = 0xFFF }

    public mutating func receive(_ bytes: [UInt8], at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        var outputs: [SimulatedOutput] = []
        for byte in bytes {
            input.append(byte)
            guard byte == 0x0A else { continue }
            let command = input
            input = []
            outputs.append(SimulatedOutput(answer(command) + "\r\n"))
        }
        return outputs
    }

    /// Commands of 7 bytes are for a laser that is on; any other length is an error, and the light goes off.
    private mutating func answer(_ bytes: [UInt8]) -> String {
        guard bytes.count == 16 || bytes.count == 7 && state == 2, bytes.suffix(2) == [0x0D, 0x0A] else {
            state = 0
            return "UK"
        }
        let command = String(decoding: bytes.dropLast(2), as: UTF8.self).split(separator: " ").first.map(String.init)
        return answer(command ?? "")
    }

    private mutating func answer(_ command: String) -> String {
        switch command {
        case "S?": "S\(state)"
        case "L?": mode
        case "M?": modulation
        case "STAT0": controller
        case "STAT1": "SL 6AB 600 868 T249 V117"
        case "STAT2": "R111 N02 SNP131056 SNC131056 WH 04667 SLS B9C 500"
        case "STAT3": "OC AS\(hasAutostart ? 1 : 0)TH0AP\(hasPowerMonitor ? 1 : 0)FK0AC0AM0SU0CO0FO0MO0US0LA1FA0"
        case "PP?": "PP" + hexadecimal(level, digits: 3)
        case "P?": "P" + hexadecimal(isEmitting(at: .now) ? level * 0xCCC / 0xFFF : 0, digits: 4)
        case "IP?": hasInternalPeak ? "IPO" : "IPF"
        case "A2D?": isAnalogLinked ? "A2D ON" : "A2D OFF"
        default: execute(command)
        }
    }

    private mutating func execute(_ command: String) -> String {
        switch command {
        case "LON":
            guard state != 0 else { return "INT" }
            guard state == 1 else { return "UK" }
            state = 2
            return "LONOK"
        case "LF":
            guard state == 2 else { return "UK" }
            state = 1
            return "LOFFOK"
        case "L0", "BLK", "LB", "L1", "L2":
            guard state == 2 else { return "UK" }
            mode = command == "BLK" ? "L0" : command
            return ">"
        case "IPO", "IPF": hasInternalPeak = command == "IPO"
        case "A2DO", "A2DF":
            isAnalogLinked = command == "A2DO"
            return isAnalogLinked ? "A2D ON" : "A2D OFF"
        case "MF", "MO1", "MO2", "MO3": modulation = command
        case _ where command.hasPrefix("PP") && command.count == 5:
            guard let level = String(command.dropFirst(2)).code(radix: 16) else { return "UK" }
            self.level = level
        default: return "UK"
        }
        return command
    }
}
