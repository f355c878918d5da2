public import Transports

/// A simulated Cobolt laser: a Jive with 561 nm and 600 mW.
public struct SimulatedCobolt: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    public var serialNumber = "7863"
    /// In milliwatts.
    public var maximumPower = 600.0
    public var power = 50.0
    /// Whether emission is switched on.
    public var isSwitchedOn = false
    public var isInterlockOpen = false { didSet { if isInterlockOpen { stop(fault: 3) } } }
    public var isKeyOn = true { didSet { if !isKeyOn { isSwitchedOn = false } } }
    public var hasAutostart = false
    public var fault = 0
    /// Constant current, constant power, modulation.
    public var mode = 1
    public var hasDigitalModulation = false
    /// Whether it echoes each command.
    public var echoes = false
    /// How many of the next questions are answered with an empty line, as happens occasionally.
    public var emptyAnswers = 0
    /// How many of the next questions for the power are answered with a stale 1.
    public var staleAnswers = 0
    /// When it has warmed up, so that light comes out.
    public var warmAt: ContinuousClock.Instant?
    /// The commands that it does not know, like older series.
    public var unknownWords: Set<String> = []

    public init() {}

    /// Whether light comes out.
    public func isEmitting(at now: ContinuousClock.Instant = .now) -> Bool {
        isSwitchedOn && (warmAt.map { now >= $0 } ?? true)
    }

    /// Starts to emit, as turning the key does with autostart.
    public mutating func startByItself() { isSwitchedOn = true }
    public mutating func forgetPower() { power = maximumPower }

    private mutating func stop(fault: Int) {
        isSwitchedOn = false
        self.fault = fault
    }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let echo = echoes ? "\(command)\r\n" : ""
        return [SimulatedOutput(echo + text(command, now) + "\r\n")]
    }

    private mutating func text(_ command: String, _ now: ContinuousClock.Instant) -> String {
        if command.hasSuffix("?"), emptyAnswers > 0 {
            emptyAnswers -= 1
            return ""
        }
        let words = command.split(separator: " ", maxSplits: 1).map(String.init)
        guard let word = words.first, !unknownWords.contains(word) else { return Self.unknown }
        return report(word, now) ?? execute(word, words.dropFirst().first ?? "") ?? Self.unknown
    }

    private static let unknown = "Syntax error: illegal command"

    private mutating func report(_ word: String, _ now: ContinuousClock.Instant) -> String? {
        switch word {
        case "?": "OK"
        case "sn?", "gsn?": serialNumber
        case "gcn?": "Macro-Gen5b-SHG-0501_4W-RevA"
        case "ver?", "gfv?": "50070"
        case "hrs?": "828.98"
        case "l?": isSwitchedOn ? "1" : "0"
        case "p?": (power / 1000).text(places: 4)
        case "glp?": power.text(places: 6)
        case "pa?": measured(now)
        case "gmlp?": maximumPower.text(places: 6)
        case "f?": "\(fault)"
        case "ilk?": isInterlockOpen ? "1" : "0"
        case "@cobasks?", "gkses?": isKeyOn ? "1" : "0"
        case "@cobas?": hasAutostart ? "1" : "0"
        case "gam?": "\(mode)"
        case "gdmes?": hasDigitalModulation ? "1" : "0"
        case "gom?": "\(fault != 0 ? 5 : !isKeyOn ? 1 : 2)"
        default: nil
        }
    }

    private mutating func measured(_ now: ContinuousClock.Instant) -> String {
        guard staleAnswers == 0 else {
            staleAnswers -= 1
            return "1"
        }
        return (isEmitting(at: now) ? power / 1000 : 0).text(places: 4)
    }

    private mutating func execute(_ word: String, _ argument: String) -> String? {
        switch word {
        case "l1": return switchOn()
        case "l0": isSwitchedOn = false
        case "p", "@cobasp":
            guard let watts = argument.number, (0...maximumPower).contains(watts * 1000) else {
                return "Syntax error: Value is out of range."
            }
            power = watts * 1000
        case "cf": fault = isInterlockOpen ? 3 : 0
        case "ci": mode = 0
        case "cp": mode = 1
        case "em": mode = 2
        case "sdmes": hasDigitalModulation = argument == "1"
        case "@cobas": hasAutostart = argument == "1"
        case "@cobasdr": break
        // Both have been seen to switch emission off.
        case "@cob0", "@cob1": isSwitchedOn = false
        default: return nil
        }
        return "OK"
    }

    private mutating func switchOn() -> String {
        if hasAutostart { return "Syntax error: not allowed in autostart mode." }
        if !isKeyOn { return "Error: only allowed when operating mode is 'Completed'." }
        isSwitchedOn = fault == 0
        return "OK"
    }
}
