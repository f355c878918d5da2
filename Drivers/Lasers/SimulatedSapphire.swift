public import Transports

/// A simulated Sapphire laser: a 561 LP with 200 mW, which emits as soon as its key is turned.
///
/// The words are those of python-microscope's mock and of the protocol of Sapphire_ESP32, a controller for these lasers.
/// No source has the answer to a word that it does not know: here only the echo and the prompt.
public struct SimulatedSapphire: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    public var serialNumber = "505925.000"
    /// In milliwatts.
    public var powers = 20.0...220.0
    public var power = 50.0
    public var isKeyOn = true { didSet { isSwitchedOn = isKeyOn && canEmit } }
    public var isSwitchedOn = true
    public var isTemperatureControlled = true { didSet { if !isTemperatureControlled { isSwitchedOn = false } } }
    /// The fault bits.
    public var fault = 0 { didSet { if fault != 0 { isSwitchedOn = false } } }
    /// Whether it is still too cold to emit.
    public var isWarmingUp = false { didSet { if isWarmingUp { isSwitchedOn = false } } }
    public var echoes = true
    public var prompts = true
    /// Whether the switch of the CDRH box is at Remote, where a voltage controls the power (Micro-Manager's wiki).
    public var isRemote = false
    private var lastByte: UInt8 = 0
    /// The time until it reports that it is on.
    public var switchingTime = Duration.zero
    private var switchedOnAt: ContinuousClock.Instant?

    public init() {}

    public func isEmitting(at now: ContinuousClock.Instant = .now) -> Bool {
        isSwitchedOn && (switchedOnAt.map { now >= $0 + switchingTime } ?? true)
    }

    public mutating func startByItself() { isKeyOn = true }
    public mutating func forgetPower() { power = powers.upperBound }

    /// The interlock, which is one of the faults.
    public var isInterlockOpen: Bool {
        get { fault & 1 != 0 }
        set { fault = newValue ? fault | 1 : fault & ~1 }
    }

    private var canEmit: Bool { isTemperatureControlled && !isWarmingUp && fault == 0 }

    /// Commands end with CR, LF or both; the end comes back as CR and LF, with the echo off too.
    public mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        var outputs: [SimulatedOutput] = []
        for byte in bytes {
            defer { lastByte = byte }
            guard byte == 0x0D || byte == 0x0A else {
                pendingInput.append(byte)
                if echoes { outputs.append(SimulatedOutput([byte])) }
                continue
            }
            if byte == 0x0A, lastByte == 0x0D { continue }
            outputs += [SimulatedOutput("\r"), SimulatedOutput("\n")]
            let command = String(decoding: pendingInput, as: UTF8.self).filter { $0 != " " }
            pendingInput = []
            outputs += command.isEmpty ? [SimulatedOutput(promptText)] : answer(command, at: now)
        }
        return outputs.filter { !$0.bytes.isEmpty }
    }

    private var promptText: String { prompts ? "Sapphire:0-> " : "" }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let command = command.uppercased()
        let text = report(command, now) ?? execute(command, now)
        return [SimulatedOutput((text.map { $0 + "\r\n" } ?? "") + promptText)]
    }

    private func report(_ command: String, _ now: ContinuousClock.Instant) -> String? {
        switch command {
        case "?HID": serialNumber
        case "?HH": "   257:34"
        case "?PSH": "   301:02"
        case "?WAVE": "561"
        case "NOMP", "?NOMP": "200"
        case "LT", "?LT": "Sapphire 200mW"
        case "SV", "?SV", "SVPS", "?SVPS": "8.005"
        case "?MINLP": powers.lowerBound.text(places: 3)
        case "?MAXLP": powers.upperBound.text(places: 3)
        case "?SP": setPower.text(places: 3)
        case "?P": (isEmitting(at: now) ? setPower : 0).text(places: 3)
        case "?C": (isEmitting(at: now) ? 1.25 : 0).text(places: 3)
        case "?DRC": "0.750"
        case "?BT": "27.50"
        case "?DT", "?DST": "24.90"
        case "?PST": "31.20"
        case "?L": isEmitting(at: now) ? "1" : "0"
        case "?T": isTemperatureControlled ? "1" : "0"
        case "?K": isKeyOn ? "1" : "0"
        case "?E": echoes ? "1" : "0"
        case "?>": prompts ? "1" : "0"
        case "?STA": fault != 0 ? "6" : isWarmingUp ? "2" : !isKeyOn ? "3" : "5"
        case "?F": "\(fault == 0 ? 0 : fault.trailingZeroBitCount)"
        case "?FF": "\(fault | (isEmitting(at: now) ? 1 << 13 : 0))"
        case "?FL": "Fault(s):\r\n\t" + (fault == 0 ? "None" : "Fault \(fault)")
        default: nil
        }
    }

    /// At Remote the voltage at the input sets the power, and `P=` has no effect.
    private var setPower: Double { isRemote ? powers.lowerBound : power }

    /// `>` is written with and without its equals sign (Sapphire_ESP32).
    private mutating func execute(_ command: String, _ now: ContinuousClock.Instant) -> String? {
        switch command {
        case ">=0", ">0": prompts = false
        case ">=1", ">1": prompts = true
        case "E=0", "E0": echoes = false
        case "E=1", "E1": echoes = true
        case "L=0": isSwitchedOn = false
        case "L=1": return switchOn(now)
        case "T=0": isTemperatureControlled = false
        case "T=1": isTemperatureControlled = true
        case _ where command.hasPrefix("P="): return setPower(String(command.dropFirst(2)))
        default: break
        }
        return nil
    }

    private mutating func switchOn(_ now: ContinuousClock.Instant) -> String? {
        guard isTemperatureControlled else { return "TEC must be ON (T=1) to enable Light Output!" }
        guard isKeyOn, canEmit else { return nil }
        if !isSwitchedOn { switchedOnAt = now }
        isSwitchedOn = true
        return nil
    }

    private mutating func setPower(_ text: String) -> String? {
        guard let milliwatts = text.number, powers.contains(milliwatts) else {
            return "value must be between \(powers.lowerBound.text(places: 3)) and \(powers.upperBound.text(places: 3))"
        }
        power = milliwatts
        return isSwitchedOn ? nil : "Note: Laser_Output is OFF (L=0)"
    }
}
