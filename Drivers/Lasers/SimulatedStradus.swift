public import Transports

/// A simulated Stradus laser: 488 nm, 100 mW.
public struct SimulatedStradus: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    /// In milliwatts.
    public var power = 10.0
    public var pulsePower = 10.0
    private var switches = ["LE": false, "C": false, "PUL": false, "EPC": false, "DELAY": false]
    private var switchedOnAt: ContinuousClock.Instant?
    public var isInterlockOpen = false { didSet { if isInterlockOpen { isSwitchedOn = false } } }
    public var isKeyOn = true { didSet { if !isKeyOn { isSwitchedOn = false } } }
    public var isWarmingUp = false { didSet { if isWarmingUp { isSwitchedOn = false } } }
    /// The fault bits; those of rejected commands are in `complaint`.
    public var fault = 0 { didSet { if fault != 0 { isSwitchedOn = false } } }
    private var complaint = 0
    public var echoes = true
    public var prompts = true

    public init() {}

    public private(set) var isSwitchedOn: Bool {
        get { switches["LE"] ?? false }
        set { switches["LE"] = newValue }
    }

    /// With the CDRH delay light comes five seconds later.
    public func isEmitting(at now: ContinuousClock.Instant) -> Bool {
        guard isSwitchedOn else { return false }
        return switches["DELAY"] != true || switchedOnAt.map { now >= $0 + .seconds(5) } ?? true
    }

    public mutating func startByItself() { isSwitchedOn = true }
    public mutating func forgetPower() { power = 100 }

    public func echo(_ bytes: [UInt8]) -> [SimulatedOutput] { echoes ? [SimulatedOutput(bytes)] : [] }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let command = command.uppercased()
        let text: String
        if command.hasPrefix("?") {
            text = report(String(command.dropFirst()), now).map { "\(command)=\($0)" } ?? refuse(command)
        } else {
            text = execute(command, now)
        }
        return [SimulatedOutput("\r\n\(text)\r\n" + (prompts ? "Stradus:0->" : ""))]
    }

    private mutating func refuse(_ command: String) -> String {
        complaint |= 8
        return "Invalid: \(command)"
    }

    private mutating func report(_ name: String, _ now: ContinuousClock.Instant) -> String? {
        if let flag = switches[name] { return flag ? "1" : "0" }
        switch name {
        case "LI": return "12345,STRADUS488-100,488,100,CIRC"
        case "LP": return (isEmitting(at: now) ? power : 0).text(places: 1)
        case "LPS": return power.text(places: 1)
        case "PP": return pulsePower.text(places: 1)
        case "MAXP", "RP": return "100.0"
        case "LW": return "488"
        case "IL": return isInterlockOpen ? "0" : "1"
        case "LH": return "1234.5"
        case "OBT": return "25.0"
        case "BPT": return "28.1"
        case "LC": return isSwitchedOn ? "81.5" : "0.0"
        case "FV", "SFV": return "5.2.1"
        case "FC":
            defer { complaint = 0 }
            return "\(code)"
        case "FD": return fault == 0 ? "No faults" : "Fault \(fault)"
        default: return nil
        }
    }

    private var code: Int {
        fault | complaint | (isInterlockOpen ? 16 : 0) | (isWarmingUp ? 2 : 0) | (isSwitchedOn ? 0 : 1)
    }

    private mutating func execute(_ command: String, _ now: ContinuousClock.Instant) -> String {
        let parts = command.split(separator: "=", maxSplits: 1).map(String.init)
        let name = parts.first ?? "", value = parts.dropFirst().first ?? ""
        switch name {
        case "ECHO": echoes = value == "1"
        case "PROMPT": prompts = value == "1"
        case "CFC": (fault, complaint) = (0, 0)
        case "LP", "PP":
            guard let milliwatts = value.number, (0...100).contains(milliwatts) else {
                complaint |= 4
                return "\(name)=\(report(name == "LP" ? "LPS" : "PP", now) ?? "")"
            }
            if name == "LP" { power = milliwatts } else { pulsePower = milliwatts }
        case "LE" where value == "1":
            guard isKeyOn, !isInterlockOpen, !isWarmingUp, fault == 0 else { return "LE=0" }
            if !isSwitchedOn { switchedOnAt = now }
            isSwitchedOn = true
        case _ where switches[name] != nil:
            guard let flag = value.flag else { return refuse(command) }
            switches[name] = flag
        default: return refuse(command)
        }
        return command
    }
}
