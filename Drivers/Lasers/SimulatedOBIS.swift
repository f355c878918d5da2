public import Transports

/// A simulated OBIS laser: 488 nm, 150 mW.
public struct SimulatedOBIS: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    public var serialNumber = "212001234"
    /// In watts.
    public var lowestPower = 0.0
    public var highestPower = 0.15
    public var power = 0.02
    /// Whether emission is switched on.
    public private(set) var isSwitchedOn = false
    private var switchedOnAt: ContinuousClock.Instant?
    public var isInterlockOpen = false { didSet { if isInterlockOpen { isSwitchedOn = false } } }
    public var isKeyOn = true { didSet { if !isKeyOn { isSwitchedOn = false } } }
    public var isAwake = true { didSet { if !isAwake { isSwitchedOn = false } } }
    public var hasAutostart = false
    /// Whether it is still too cold to emit.
    public var isWarmingUp = false { didSet { if isWarmingUp { isSwitchedOn = false } } }
    public var hasDelay = false
    /// The CDRH delay.
    public var delay = Duration.seconds(5)
    public var fault = 0 { didSet { if fault != 0 { isSwitchedOn = false } } }
    public var mode = "CWP"
    public var shakesHands = true
    private var errors: [String] = []

    public init() {}

    /// Switches emission on, as the key does with autostart.
    public mutating func startByItself() {
        isSwitchedOn = true
        switchedOnAt = .now
    }

    public mutating func forgetPower() { power = highestPower }

    /// Whether light comes out, or would with the gate signal.
    public func isEmitting(at now: ContinuousClock.Instant = .now) -> Bool {
        guard isSwitchedOn, let switchedOnAt else { return false }
        return !hasDelay || now >= switchedOnAt + delay
    }

    private var isReady: Bool { isAwake && !isWarmingUp && isKeyOn && !isInterlockOpen && fault == 0 }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let words = command.uppercased().split(separator: " ", maxSplits: 1).map(String.init)
        let word = words.first ?? "", argument = words.dropFirst().first ?? ""
        if let value = report(word, now) { return reply(value + "\r\n" + (shakesHands ? "OK\r\n" : "")) }
        let result = execute(word, argument, now)
        if result != "OK" { errors.append(result) }
        return result == "OK" && !shakesHands ? [] : reply(result + "\r\n")
    }

    private func reply(_ text: String) -> [SimulatedOutput] { [SimulatedOutput(text)] }

    private func report(_ word: String, _ now: ContinuousClock.Instant) -> String? {
        switch word {
        case "*IDN?": "Coherent, Inc-OBIS 488nm-150mW-V1.0.0"
        case "*TST?": "0"
        case "SYST:INF:MOD?", "SYSTEM:INFORMATION:MODEL?": "OBIS 488nm 150mW"
        case "SYST:INF:SNUM?", "SYSTEM:INFORMATION:SNUMBER?": serialNumber
        case "SYST:INF:WAV?": "488"
        case "SYST:INF:POW?": highestPower.text(places: 5)
        case "SYST:INF:FVER?": "1.0.0"
        case "SOUR:POW:LIM:LOW?", "SOURCE:POWER:LIMIT:LOW?": lowestPower.text(places: 5)
        case "SOUR:POW:LIM:HIGH?", "SOURCE:POWER:LIMIT:HIGH?": highestPower.text(places: 5)
        case "SOUR:POW:LEV:IMM:AMPL?", "SOURCE:POWER:LEVEL:IMMEDIATE:AMPLITUDE?": power.text(places: 5)
        case "SOUR:POW:LEV?", "SOURCE:POWER:LEVEL?": (isEmitting(at: now) ? power : 0).text(places: 5)
        case "SOUR:AM:STAT?", "SOURCE:AM:STATE?": isSwitchedOn ? "ON" : "OFF"
        case "SOUR:AM:SOUR?": mode
        case "SOUR:TEMP:APR?", "SOURCE:TEMPERATURE:APROBE?": isAwake ? "ON" : "OFF"
        case "SOUR:TEMP:DIOD?", "SOUR:TEMP:BAS?": "25.3C"
        case "SYST:CDRH?", "SYSTEM:CDRH?": hasDelay ? "ON" : "OFF"
        case "SYST:AUT?", "SYSTEM:AUTOSTART?": hasAutostart ? "ON" : "OFF"
        case "SYST:STAT?", "SYSTEM:STATUS?": hexadecimal(status(now))
        case "SYST:FAUL?", "SYSTEM:FAULT?": hexadecimal(fault)
        case "SYST:HOUR?", "SYSTEM:HOURS?", "SYST:DIOD:HOUR?": "1234.5"
        case "SYST:ERR:COUN?": "\(errors.count)"
        default: nil
        }
    }

    private func status(_ now: ContinuousClock.Instant) -> Int {
        var bits = 0xC800_0000
        if fault != 0 { bits |= 0x1 }
        if isEmitting(at: now) { bits |= 0x1002 } else if isSwitchedOn { bits |= 0x14 }
        if isWarmingUp { bits |= 0x100 }
        bits |= isReady ? 0x4 : 0x8
        return bits
    }

    private func hexadecimal(_ bits: Int) -> String {
        let digits = String(bits, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 8 - digits.count)) + digits
    }

    private mutating func execute(_ word: String, _ argument: String, _ now: ContinuousClock.Instant) -> String {
        switch word {
        case "SOUR:POW:LEV:IMM:AMPL", "SOURCE:POWER:LEVEL:IMMEDIATE:AMPLITUDE": return setPower(argument)
        case "SOUR:AM:INT", "SOUR:AM:EXT", "SOURCE:AM:INTERNAL", "SOURCE:AM:EXTERNAL": return choose(argument)
        case "SYST:ERR:CLE": errors = []
        default: return turn(word, argument, now)
        }
        return "OK"
    }

    private mutating func setPower(_ argument: String) -> String {
        guard !argument.isEmpty else { return "ERR-109" }
        guard let watts = argument.number, (lowestPower...highestPower).contains(watts) else { return "ERR-220" }
        power = watts
        return "OK"
    }

    private mutating func choose(_ argument: String) -> String {
        let modes = ["CWP": "CWP", "CWC": "CWC", "DIG": "DIGITAL", "ANAL": "ANALOG", "MIX": "MIXED"]
        guard let word = modes.keys.first(where: argument.hasPrefix), let mode = modes[word] else { return "ERR-220" }
        self.mode = mode
        return "OK"
    }

    /// Sets an on/off switch.
    private mutating func turn(_ word: String, _ argument: String, _ now: ContinuousClock.Instant) -> String {
        guard argument == "ON" || argument == "OFF" || argument.isEmpty else { return "ERR-220" }
        let isOn = argument == "ON"
        switch word {
        case "SOUR:AM:STAT", "SOURCE:AM:STATE":
            guard !isOn || isReady else { return "ERR-200" }
            isSwitchedOn = isOn
            switchedOnAt = now
        case "SOUR:TEMP:APR", "SOURCE:TEMPERATURE:APROBE": isAwake = isOn
        case "SYST:CDRH": hasDelay = isOn
        case "SYST:AUT": hasAutostart = isOn
        case "SYST:COMM:HAND", "SYSTEM:COMMUNICATE:HANDSHAKING": shakesHands = isOn
        default: return "ERR-100"
        }
        return "OK"
    }
}
