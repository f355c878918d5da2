public import Transports

/// A simulated Stradus laser: 405 nm, 100 mW, with the commands and answers of Vortran's manual (sections 9.3 to 9.5).
public struct SimulatedStradus: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    /// In milliwatts.
    public var maximumPower = 100.0
    public var power = 10.0
    public var pulsePower = 10.0
    /// Constant current, pulses, external power control and the CDRH delay, which is on unless it was switched off.
    private var switches = ["LE": false, "C": false, "PUL": false, "EPC": false, "DELAY": true]
    private var switchedOnAt: ContinuousClock.Instant?
    /// The length of the CDRH delay.
    public var delay = Duration.seconds(5)
    public var isInterlockOpen = false { didSet { if isInterlockOpen { isSwitchedOn = false } } }
    public var isKeyOn = true { didSet { if !isKeyOn { isSwitchedOn = false } } }
    public var isWarmingUp = false { didSet { if isWarmingUp { isSwitchedOn = false } } }
    /// The fault bits; those of rejected commands are in `complaint`.
    public var fault = 0 { didSet { if fault != 0 { isSwitchedOn = false } } }
    private var complaint = 0
    private var rememberedFault = 0
    public var echoes = true
    public var prompts = true

    public init() {}

    /// - Parameters:
    ///   - maximumPower: in milliwatts.
    ///   - delay: the length of the CDRH delay.
    public init(maximumPower: Double = 100, delay: Duration) {
        (self.maximumPower, self.delay) = (maximumPower, delay)
    }

    public private(set) var isSwitchedOn: Bool {
        get { switches["LE"] ?? false }
        set { switches["LE"] = newValue }
    }

    /// With the CDRH delay light comes later.
    public func isEmitting(at now: ContinuousClock.Instant) -> Bool {
        guard isSwitchedOn else { return false }
        return switches["DELAY"] != true || switchedOnAt.map { now >= $0 + delay } ?? true
    }

    public mutating func startByItself() { isSwitchedOn = true }
    public mutating func forgetTrigger() { switches["PUL"] = false }
    public mutating func forgetPower() { (power, pulsePower) = (maximumPower, maximumPower) }

    public func echo(_ bytes: [UInt8]) -> [SimulatedOutput] { echoes ? [SimulatedOutput(bytes)] : [] }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let command = command.uppercased()
        let text: String
        if command.hasPrefix("?") {
            let value = report(String(command.dropFirst()), now)
            text = value.map { "\(command)=\($0)" } ?? refuse(command)
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
        // Blanks after the commas, and units.
        case "LI": return " VL1008025, 10010, 405nm, \(maximumPower.text(places: 0))mW, C"
        case "LP":
            let power = switches["PUL"] == true ? pulsePower : power
            return (isEmitting(at: now) ? power : 0).text(places: 1)
        // Whole milliwatts.
        case "LPS": return power.text(places: 0)
        case "PP": return pulsePower.text(places: 0)
        case "MAXP", "RP": return maximumPower.text(places: 1)
        case "LW": return "405"
        case "IL": return isInterlockOpen ? "0" : "1"
        case "LH": return "1234.5"
        case "OBT": return "25.0"
        case "BPT": return "28"
        case "LC": return isSwitchedOn ? "81.5" : "0.0"
        case "FV", "SFV": return "5.2.1"
        case "ECHO": return echoes ? "1" : "0"
        case "PROMPT": return prompts ? "1" : "0"
        case "FC":
            defer { complaint = 0 }
            rememberedFault |= fault
            return "\(code)"
        case "FD": return faultText
        case "RFC": return "\(rememberedFault | fault)"
        default: return nil
        }
    }

    private var code: Int {
        fault | complaint | (isInterlockOpen ? 16 : 0) | (isWarmingUp ? 2 : 0) | (isSwitchedOn ? 0 : 1)
    }

    private var faultText: String {
        if isInterlockOpen { return "INTERLOCK OPEN" }
        if isWarmingUp { return "WARM UP" }
        return fault == 0 ? isSwitchedOn ? "LASER EMISSION ACTIVE" : "STANDBY" : "FAULT \(fault)"
    }

    private mutating func execute(_ command: String, _ now: ContinuousClock.Instant) -> String {
        let parts = command.split(separator: "=", maxSplits: 1).map { String($0).filter { $0 != " " } }
        let name = parts.first ?? "", value = parts.dropFirst().first ?? ""
        switch name {
        case "ECHO", "PROMPT":
            guard let flag = value.flag else { return refuse(command) }
            if name == "ECHO" { echoes = flag } else { prompts = flag }
        case "CFC": (fault, complaint, rememberedFault) = (0, 0, 0)
        case "LP", "PP": return setPower(name, value, now)
        case "LE" where value == "1":
            guard isKeyOn, !isInterlockOpen, !isWarmingUp, fault == 0 else { return "LE=0" }
            if !isSwitchedOn { switchedOnAt = now }
            isSwitchedOn = true
        case _ where switches[name] != nil:
            guard let flag = value.flag else { return refuse(command) }
            switches[name] = flag
        default: return refuse(command)
        }
        return "\(name)\(value.isEmpty ? "" : "=\(value)")"
    }

    /// Powers are written only while emission is active, in constant power mode and without a fault (manual, 9.4).
    private mutating func setPower(_ name: String, _ value: String, _ now: ContinuousClock.Instant) -> String {
        guard let milliwatts = value.number, (0...maximumPower).contains(milliwatts) else {
            complaint |= 4
            return "\(name)=\(report(name, now) ?? "")"
        }
        guard isEmitting(at: now), switches["C"] != true, fault == 0 else {
            return "\(name)=\(report(name, now) ?? "")"
        }
        if name == "LP" { power = milliwatts } else { pulsePower = milliwatts }
        return "\(name)=\(milliwatts.text(places: 1))"
    }
}
