public import Transports

/// A simulated Omicron laser: a LuxX with 488 nm and 100 mW.
public struct SimulatedOmicron: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    /// In milliwatts.
    public var maximumPower = 100
    /// From 0 to 0xFFF.
    public var level = 0x100
    /// How often a level has been written, which wears the memory out.
    public private(set) var levelWrites = 0
    public var mode = 0xFCFB & ~0xA0
    public private(set) var isSwitchedOn = false
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
    /// Whether an unsolicited line comes before each answer.
    public var chats = false

    public init() {}

    public func isEmitting(at _: ContinuousClock.Instant) -> Bool { isSwitchedOn }

    public mutating func startByItself() { (isSwitchedOn, hasDiodePower) = (true, true) }
    public mutating func forgetPower() { level = 0xFFF }

    /// Sets a failure, by its bit number, that lasts until a reset.
    public mutating func fail(_ bit: Int) {
        isSwitchedOn = false
        failures |= 1 << bit
        latchedFailures |= 1 << bit
    }

    public mutating func answer(_ command: String, at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        let word = String(command.prefix(4).dropFirst()), argument = String(command.dropFirst(4))
        guard command.hasPrefix("?"), !unknownWords.contains(word) else { return [SimulatedOutput("!UK\r")] }
        let chat = chats ? "$MTD25.3\r" : ""
        if unavailableWords.contains(word) { return [SimulatedOutput(chat + "!\(word)x\r")] }
        if word == "RsC" {
            reset()
            return [SimulatedOutput(chat + "!RsC>\r"), SimulatedOutput("$RsC>\r", after: .milliseconds(30))]
        }
        guard let data = report(word) ?? execute(word, argument) else { return [SimulatedOutput(chat + "!UK\r")] }
        return [SimulatedOutput(chat + "!\(word)\(data)\r")]
    }

    private mutating func reset() {
        isSwitchedOn = false
        failures = isInterlockOpen ? 1 << 9 : 0
        latchedFailures = failures
    }

    private func report(_ word: String) -> String? {
        switch word {
        case "GFw": "LuxX488-100\u{A7}4\u{A7}2.87"
        case "GSN": "123456.7"
        case "GSI": "488\u{FF}\u{A7}\(maximumPower)"
        case "GMP": "\(maximumPower)"
        case "GWH": "1234"
        case "GAS": hexadecimal(status, digits: 4)
        case "GFB": hexadecimal(failures, digits: 4)
        case "GLF": hexadecimal(latchedFailures, digits: 4)
        case "GOM": hexadecimal(mode, digits: 4)
        case "GLP": hexadecimal(level, digits: 3)
        case "MDP": (isSwitchedOn ? Double(level * maximumPower) / 0xFFF : 0).text(places: 2)
        case "MTD": "25.3"
        case "MTA": "31.0"
        default: nil
        }
    }

    private var status: Int {
        (failures == 0 ? 0 : 1) | (isSwitchedOn ? 2 : 0) | (isEnabledExternally ? 1 << 6 : 0)
            | (isKeyOn ? 1 << 7 : 0) | (mustToggleKey ? 1 << 8 : 0)
    }

    private mutating func execute(_ word: String, _ argument: String) -> String? {
        switch word {
        case "LOn":
            guard isKeyOn, !mustToggleKey, isEnabledExternally, failures == 0 else { return "x" }
            isSwitchedOn = hasDiodePower && mode & 0x18 == 0x18
        case "LOf": isSwitchedOn = false
        case "POn": hasDiodePower = true
        case "POf": (hasDiodePower, isSwitchedOn) = (false, false)
        case "SOM":
            guard let mode = argument.code(radix: 16), mode <= 0xFFFF else { return "x" }
            self.mode = mode
        case "SLP":
            guard let level = argument.code(radix: 16), level <= 0xFFF else { return "x" }
            self.level = level
            levelWrites += 1
        default: return nil
        }
        return ">"
    }
}
