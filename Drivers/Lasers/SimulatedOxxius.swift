public import Transports

/// A simulated Oxxius laser: an LBX with 488 nm and 100 mW.
public struct SimulatedOxxius: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    public var model = "LBX-488-100-CSB-PPA"
    /// In milliwatts.
    public var power = 10.0
    public private(set) var isSwitchedOn = false
    private var switches = ["acc": false, "am": false, "ttl": false, "cdrh": false, "t": true]
    public var isInterlockOpen = false { didSet { alarm = isInterlockOpen ? 7 : 0 } }
    public var isKeyOn = true { didSet { if !isKeyOn { isSwitchedOn = false } } }
    public var isWarmingUp = false
    public var isSearching = false
    public var alarm = 0 { didSet { if alarm != 0 { isSwitchedOn = false } } }
    /// The commands that it does not know.
    public var unknownWords: Set<String> = []

    public init() {}

    public static var commandEnds: [UInt8] { [0x0A] }

    public func isEmitting(at _: ContinuousClock.Instant) -> Bool { isSwitchedOn }

    public mutating func startByItself() { isSwitchedOn = true }
    public mutating func forgetPower() { power = 100 }

    private var state: Int {
        if switches["t"] == false { return 6 }
        if alarm != 0 { return 4 }
        if isWarmingUp { return 1 }
        return isSwitchedOn ? isSearching ? 7 : 3 : 2
    }

    public mutating func answer(_ command: String, at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        let words = command.lowercased().split(separator: " ", maxSplits: 1).map(String.init)
        let word = words.first ?? "", argument = words.dropFirst().first ?? ""
        let text = unknownWords.contains(word) ? nil : report(word) ?? execute(word, argument)
        return [SimulatedOutput((text ?? "????") + "\r\n")]
    }

    private func report(_ word: String) -> String? {
        switch word {
        case "inf?": return model
        case "hid?": return "LAS-01234"
        case "?sv": return "2.31"
        case "?sta": return "\(state)"
        case "?f": return "\(alarm)"
        case "?int": return isInterlockOpen ? "0" : "1"
        case "?key": return isKeyOn ? "1" : "0"
        case "?l": return isSwitchedOn ? "1" : "0"
        case "?sp": return power.text(places: 1)
        case "?p": return (isSwitchedOn ? power : 0).text(places: 1)
        case "?maxlp": return "100.0"
        case "?hh": return "123.4"
        case "?bt": return "27.5"
        default: return word.hasPrefix("?") ? switches[String(word.dropFirst())].map { $0 ? "1" : "0" } : nil
        }
    }

    private mutating func execute(_ word: String, _ argument: String) -> String? {
        switch word {
        case "dl":
            guard let flag = argument.flag else { return nil }
            isSwitchedOn = flag && isKeyOn && alarm == 0 && switches["t"] == true
        case "p", "ip":
            guard let power = argument.number, (0...100).contains(power), (word == "ip") == model.hasPrefix("LCX")
            else { return nil }
            self.power = power
        default:
            guard switches[word] != nil, let flag = argument.flag else { return nil }
            switches[word] = flag
            if switches["t"] == false { isSwitchedOn = false }
        }
        return "OK"
    }
}
