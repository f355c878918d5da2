public import Transports

/// A simulated Oxxius laser of 488 nm and 100 mW: an LBX, or by its model an LCX or LMX.
///
/// The words are those of Micro-Manager's two adapters by Oxxius (Oxxius.cpp of 2019 for single lasers, OxxiusCombiner)
/// and of oxxius_laser (Allen Institute), in capital and small letters.
public struct SimulatedOxxius: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    public var model = "LBX-488-100-CSB-PPA"
    /// In milliwatts; for an LCX or LMX in percent, which is the same here.
    public var power = 10.0
    private var current = 50.0
    public private(set) var isSwitchedOn = false
    private var switchedOnAt: ContinuousClock.Instant?
    /// Its switches by their words, for a laser that another program has used.
    public var switches = ["acc": false, "am": false, "ttl": false, "cdrh": false, "t": true] {
        didSet { if switches["t"] == false { isSwitchedOn = false } }
    }
    /// The CDRH delay, while it is switched on.
    public var delay = Duration.seconds(5)
    public var isInterlockOpen = false { didSet { alarm = isInterlockOpen ? 7 : 0 } }
    public var isKeyOn = true { didSet { if !isKeyOn { isSwitchedOn = false } } }
    public var isWarmingUp = false
    public var isSearching = false
    public var alarm = 0 { didSet { if alarm != 0 { isSwitchedOn = false } } }
    /// The commands that it does not know.
    public var unknownWords: Set<String> = []

    public init() {}

    public init(model: String) { self.model = model }

    /// Micro-Manager ends commands with a line feed, oxxius_laser with a carriage return.
    public static var commandEnds: [UInt8] { [0x0A, 0x0D] }

    public func isEmitting(at now: ContinuousClock.Instant) -> Bool {
        guard isSwitchedOn, switches["cdrh"] == true else { return isSwitchedOn }
        return switchedOnAt.map { now >= $0 + delay } ?? true
    }

    public mutating func startByItself() { isSwitchedOn = true }
    public mutating func forgetPower() { power = 100 }
    public mutating func forgetTrigger() { switches["ttl"] = false }

    private var isLBX: Bool { model.hasPrefix("LBX") }

    private func state(_ now: ContinuousClock.Instant) -> Int {
        if switches["t"] == false { return 6 }
        if alarm != 0 { return 4 }
        if isWarmingUp { return 1 }
        return isEmitting(at: now) ? isSearching ? 7 : 3 : 2
    }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let words = command.lowercased().split(separator: " ", maxSplits: 1).map(String.init)
        let word = words.first ?? "", argument = words.dropFirst().first ?? ""
        let isKnown = !unknownWords.contains(word) && !lacking.contains(Self.stem(word))
        let text = isKnown ? report(word, argument, now) ?? execute(word, argument, now) : nil
        return [SimulatedOutput((text ?? "????") + "\r\n")]
    }

    /// The words that Micro-Manager's adapter does not send to this model.
    private var lacking: Set<String> {
        if isLBX { return ["ip", "ipa"] }
        let common: Set<String> = ["p!", "acc", "apc", "am", "ttl", "c", "sc", "cm", "maxlc", "ipa"]
        return model.hasPrefix("LMX") ? common.union(["t"]) : common
    }

    /// A word without its question mark; `?p` asks for another thing than `p` sets.
    private static func stem(_ word: String) -> String {
        word == "p" || word == "pm" ? "p!" : String(word.drop { $0 == "?" })
    }

    private func report(_ word: String, _ argument: String, _ now: ContinuousClock.Instant) -> String? {
        let isOn = isEmitting(at: now)
        switch word {
        case "inf?", "?inf": return model
        case "hid?", "?hid": return "LAS-01234"
        case "?sv", "sv?": return "2.31"
        case "?sta": return "\(state(now))"
        case "?f": return "\(alarm)"
        case "?int": return isInterlockOpen ? "0" : "1"
        case "?key": return isKeyOn ? "1" : "0"
        case "?l", "?dl": return isSwitchedOn ? "1" : "0"
        case "?sp": return isLBX ? power.text(places: 1) : nil
        case "?p": return (isOn ? power : 0).text(places: 1)
        case "?maxlp": return "100.0"
        case "dl" where argument == "spm": return "110.0"
        case "ip" where argument.isEmpty: return power.text(places: 1) + "%"
        case "?c": return (isOn ? current * 1.2 : 0).text(places: 1)
        case "?sc": return current.text(places: 1)
        case "?maxlc": return "125.0"
        case "?iv": return "4.9"
        case "?hh": return "123.4"
        case "?bt": return "27.5"
        case "?apc": return switches["acc"] == true ? "0" : "1"
        default: return word.hasPrefix("?") ? switches[String(word.dropFirst())].map { $0 ? "1" : "0" } : nil
        }
    }

    private mutating func execute(_ word: String, _ argument: String, _ now: ContinuousClock.Instant) -> String? {
        switch word {
        case "dl", "l":
            guard let flag = argument.flag else { return nil }
            if flag, !isSwitchedOn { switchedOnAt = now }
            isSwitchedOn = flag && isKeyOn && alarm == 0 && switches["t"] == true
        // `pm` and `cm` are not stored.
        case "p", "pm", "ip":
            guard let power = argument.number, (0...100).contains(power) else { return nil }
            self.power = power
        case "c", "cm":
            guard let current = argument.number, (0...125).contains(current) else { return nil }
            self.current = current
        case "rst":
            guard argument == "0" else { return nil }
            (isSwitchedOn, alarm) = (false, isInterlockOpen ? 7 : 0)
        case "apc":
            guard let flag = argument.flag else { return nil }
            switches["acc"] = !flag
        default:
            guard switches[word] != nil, let flag = argument.flag else { return nil }
            switches[word] = flag
        }
        return "OK"
    }
}
