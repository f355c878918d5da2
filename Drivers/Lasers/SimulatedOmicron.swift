public import Transports

/// A simulated Omicron laser: a LuxX with 488 nm and 100 mW, or by its model a PhoxX or BrixX.
///
/// The words are those of Omicron's list of commands for PhoxX, LuxX and BrixX (V1.0, as luxx_communication 0.1.4 gives
/// them), and of newer heads those that ImSwitch and Odemis use (`TPP`, `SPP`, `GPP`).
public struct SimulatedOmicron: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    /// The model and the number that stands for its kind: 3 PhoxX, 4 LuxX, 100 BrixX (Odemis).
    public var model = Model(name: "LuxX488-100", number: 4)
    /// In milliwatts.
    public var maximumPower = 100
    /// From 0 to 0xFFF.
    public var level = 0x100
    /// A power that `TPP` has set for now, in percent.
    private var temporaryPercent: Double?
    /// How often a level has been written, which wears the memory out.
    public private(set) var levelWrites = 0
    /// Bits 3 and 4 release emission, 5 and 7 are the digital and the analogue input, 8 is constant power, 13 sends
    /// lines unasked, 14 starts at power-up, 15 powers up by itself.
    public var mode = 0xFCFB & ~0x20A0
    /// The last number that `ROM` has recalled.
    private var recalled = 1
    public private(set) var isSwitchedOn = false
    private var switchedOnAt: ContinuousClock.Instant?
    /// The time from `LOn` to light: about three seconds (luxx_communication).
    public var startTime = Duration.zero
    public private(set) var hasDiodePower = false
    public var isInterlockOpen = false { didSet { if isInterlockOpen { fail(9) } else { failures &= ~(1 << 9) } } }
    public var isKeyOn = true { didSet { if !isKeyOn { isSwitchedOn = false } } }
    public var mustToggleKey = false
    public var isEnabledExternally = true { didSet { if !isEnabledExternally { isSwitchedOn = false } } }
    /// The present failures, and those since the last reset.
    public private(set) var failures = 0
    public private(set) var latchedFailures = 0
    /// The commands that it does not know, like older heads, and those that it answers with `x`.
    public var unknownWords: Set<String> = []
    public var unavailableWords: Set<String> = []
    /// The separator of fields: another one after `GFw` with it, until a reset (ImSwitch's QuixX).
    public var separator: Character {
        get { separatorText.first ?? Self.usualSeparator }
        set { separatorText = String(newValue) }
    }
    private var separatorText = String(Self.usualSeparator)

    private static let usualSeparator: Character = "\u{A7}"
    private static let adHocBit = 1 << 13

    /// A model, as `GFw` gives it.
    public struct Model: Sendable, Codable {
        public var name: String
        public var number: Int

        public init(name: String, number: Int) { (self.name, self.number) = (name, number) }
    }

    public init() {}

    /// Whether an unsolicited line comes before each answer, as in the ad hoc mode.
    public var chats: Bool {
        get { mode & Self.adHocBit != 0 }
        set { mode = newValue ? mode | Self.adHocBit : mode & ~Self.adHocBit }
    }

    private var isReleased: Bool { mode & 0x18 == 0x18 }

    /// A laser that is switched on emits as soon as its mode releases it.
    public func isEmitting(at now: ContinuousClock.Instant) -> Bool {
        isSwitchedOn && isReleased && (switchedOnAt.map { now >= $0 + startTime } ?? true)
    }

    public mutating func startByItself() { (isSwitchedOn, hasDiodePower) = (true, true) }
    public mutating func forgetPower() { level = 0xFFF }
    public mutating func forgetTrigger() { mode &= ~0xA0 }

    /// Sets a failure, by its bit number, that lasts until a reset.
    public mutating func fail(_ bit: Int) {
        isSwitchedOn = false
        failures |= 1 << bit
        latchedFailures |= 1 << bit
    }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let word = String(command.prefix(4).dropFirst()), argument = String(command.dropFirst(4))
        guard command.hasPrefix("?"), !unknownWords.contains(word) else { return [SimulatedOutput("!UK\r")] }
        let chat = chats ? "$MTD25.3\r" : ""
        if unavailableWords.contains(word) { return [SimulatedOutput(chat + "!\(word)x\r")] }
        if word == "RsC" {
            reset()
            return [SimulatedOutput(chat + "!RsC>\r"), SimulatedOutput("$RsC>\r", after: .milliseconds(30))]
        }
        guard let data = report(word, argument, now) ?? execute(word, argument, now) else {
            return [SimulatedOutput(chat + "!UK\r")]
        }
        return [SimulatedOutput(chat + "!\(word)\(data)\r")]
    }

    private mutating func reset() {
        isSwitchedOn = false
        (separator, temporaryPercent) = (Self.usualSeparator, nil)
        failures = isInterlockOpen ? 1 << 9 : 0
        latchedFailures = failures
    }

    private var percent: Double { temporaryPercent ?? Double(level) / 0xFFF * 100 }

    private mutating func report(_ word: String, _ argument: String, _ now: ContinuousClock.Instant) -> String? {
        if word == "GFw" {
            if let chosen = argument.first { separator = chosen }
            return "\(model.name)\(separator)\(model.number)\(separator)2.87"
        }
        guard argument.isEmpty else { return nil }
        switch word {
        case "GSN": return "123456.7"
        case "GSI": return "488\u{FF}\(separator)\(maximumPower)"
        case "GMP": return "\(maximumPower)"
        case "GWH": return "1234"
        case "GAS": return hexadecimal(status(now), digits: 4)
        case "GFB": return hexadecimal(failures, digits: 4)
        case "GLF": return hexadecimal(latchedFailures, digits: 4)
        case "GOM": return hexadecimal(mode, digits: 4)
        case "GLP": return hexadecimal(level, digits: 3)
        case "GPP": return (Double(level) / 0xFFF * 100).text(places: 1)
        case "MDP": return (isEmitting(at: now) ? percent / 100 * Double(maximumPower) : 0).text(places: 2)
        case "MTD": return "25.3"
        case "MTA": return "31.0"
        case "ROM": return "\(recalled)"
        case "SAS": return mode & 1 << 14 != 0 ? "1" : "0"
        case "SAP": return mode & 1 << 15 != 0 ? "1" : "0"
        default: return nil
        }
    }

    private func status(_ now: ContinuousClock.Instant) -> Int {
        (failures == 0 ? 0 : 1) | (isEmitting(at: now) ? 2 : 0) | (isEnabledExternally ? 1 << 6 : 0)
            | (isKeyOn ? 1 << 7 : 0) | (mustToggleKey ? 1 << 8 : 0)
    }

    private mutating func execute(_ word: String, _ argument: String, _ now: ContinuousClock.Instant) -> String? {
        switch word {
        case "LOn":
            guard isKeyOn, !mustToggleKey, isEnabledExternally, failures == 0 else { return "x" }
            if !isSwitchedOn { switchedOnAt = now }
            isSwitchedOn = hasDiodePower
        case "LOf": isSwitchedOn = false
        case "POn": hasDiodePower = true
        case "POf": (hasDiodePower, isSwitchedOn) = (false, false)
        case "CLD": break
        case "SOM":
            guard let mode = argument.code(radix: 16), mode <= 0xFFFF else { return "x" }
            self.mode = mode
        case "SAS", "SAP":
            guard let flag = argument.flag else { return "x" }
            let bit = word == "SAS" ? 1 << 14 : 1 << 15
            mode = flag ? mode | bit : mode & ~bit
        case "ROM": return recall(argument)
        default: return setPower(word, argument)
        }
        return ">"
    }

    /// Recalls a mode: stand-by, constant current, constant power, the analogue input.
    private mutating func recall(_ argument: String) -> String {
        guard let number = argument.code(), let bits = [0x00, 0x18, 0x118, 0x98].dropFirst(number).first else {
            return "x"
        }
        recalled = number
        mode = mode & ~0x1B8 | bits
        return ">"
    }

    private mutating func setPower(_ word: String, _ argument: String) -> String? {
        switch word {
        case "SLP":
            guard let level = argument.code(radix: 16), level <= 0xFFF else { return "x" }
            self.level = level
        case "SPP":
            guard let percent = argument.number, (0...100).contains(percent) else { return "x" }
            level = Int((percent / 100 * 0xFFF).rounded())
        case "TPP":
            guard let percent = argument.number, (0...100).contains(percent) else { return "x" }
            temporaryPercent = percent
            return ">"
        default: return nil
        }
        temporaryPercent = nil
        levelWrites += 1
        return ">"
    }
}
