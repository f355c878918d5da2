public import Transports

/// A simulated OBIS laser: 488 nm, 150 mW, with the commands of Coherent's manual in each spelling of SCPI.
public struct SimulatedOBIS: SimulatedLineInstrument, SimulatedLaser {
    /// Where the prompt comes that another program may have left on.
    public enum Prompt: Sendable, Codable { case none, beforeAnswers, afterAnswers }

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
    public var prompt = Prompt.none
    private var hasIndicator = true
    private var errors: [Failure] = []

    /// A command that was refused.
    private struct Failure: Codable {
        let code: Int
        let text: String

        init(_ text: String) {
            self.text = text
            code = text.dropFirst(3).description.number.map { Int($0) } ?? 0
        }
    }

    public init() {}

    /// Switches emission on, as the key does with autostart.
    public mutating func startByItself() {
        isSwitchedOn = true
        switchedOnAt = .now
    }

    public mutating func forgetPower() { power = highestPower }
    public mutating func forgetTrigger() { mode = "CWP" }

    /// Whether light comes out, or would with the gate signal.
    public func isEmitting(at now: ContinuousClock.Instant = .now) -> Bool {
        guard isSwitchedOn, let switchedOnAt else { return false }
        return !hasDelay || now >= switchedOnAt + delay
    }

    private var isReady: Bool { isAwake && !isWarmingUp && isKeyOn && !isInterlockOpen && fault == 0 }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let message = SCPIMessage(command)
        // A laser that has its line to itself has the number 1.
        let value = message.number == 1 ? report(message, now) : nil
        let result = value == nil ? message.number == 1 ? execute(message, now) : "ERR-100" : "OK"
        if result != "OK" { errors.append(Failure(result)) }
        // Without the handshake only errors are answered.
        let lines = (value.map { [$0] } ?? []) + (shakesHands || result != "OK" ? [result] : [])
        let text = lines.map { $0 + "\r\n" }.joined()
        switch prompt {
        case .none: return text.isEmpty ? [] : [SimulatedOutput(text)]
        case .beforeAnswers: return text.isEmpty ? [] : [SimulatedOutput("CONSOLE>>> " + text)]
        case .afterAnswers: return [SimulatedOutput(text + "CONSOLE>>> ")]
        }
    }

    private mutating func report(_ message: SCPIMessage, _ now: ContinuousClock.Instant) -> String? {
        switch message {
        case "*IDN?": return "Coherent, Inc-OBIS 488nm-150mW-V1.0.0"
        case "*TST?": return "0"
        case "SYSTem:INFormation:MODel?": return "OBIS 488nm 150mW"
        case "SYSTem:INFormation:SNUMber?": return serialNumber
        case "SYSTem:INFormation:PNUMber?": return "1178771"
        case "SYSTem:INFormation:WAVelength?": return "488"
        case "SYSTem:INFormation:POWer?": return highestPower.text(places: 5)
        case "SYSTem:INFormation:TYPe?": return "DDL"
        case "SYSTem:INFormation:FVERsion?", "SYSTem:INFormation:PVERsion?": return "1.0.0"
        case "SYSTem:INFormation:MDATe?", "SYSTem:INFormation:CDATe?": return "20200101"
        case "SYSTem:STATus?": return hexadecimal(status(now), digits: 8)
        case "SYSTem:FAULt?": return hexadecimal(fault, digits: 8)
        case "SYSTem:HOURs?", "SYSTem:DIODe:HOURs?": return "1234.5"
        case "SYSTem:CYCLes?": return "42"
        case "SYSTem:ERRor:COUNt?": return "\(errors.count)"
        case "SYSTem:ERRor:NEXT?":
            guard !errors.isEmpty else { return "0,\"No error\"" }
            let error = errors.removeFirst()
            return "\(error.code),\"\(error.text)\""
        default: return reportSwitch(message) ?? reportSource(message, now)
        }
    }

    private func reportSwitch(_ message: SCPIMessage) -> String? {
        switch message {
        case "SYSTem:CDRH?": hasDelay ? "ON" : "OFF"
        case "SYSTem:AUTostart?": hasAutostart ? "ON" : "OFF"
        case "SYSTem:LOCK?": isInterlockOpen ? "OFF" : "ON"
        case "SYSTem:INDicator:LASer?": hasIndicator ? "ON" : "OFF"
        case "SYSTem:COMMunicate:HANDshaking?": shakesHands ? "ON" : "OFF"
        case "SYSTem:COMMunicate:PROMpt?": prompt == .none ? "OFF" : "ON"
        case "SOURce:AM:STATe?": isSwitchedOn ? "ON" : "OFF"
        case "SOURce:AM:SOURce?": mode
        case "SOURce:TEMPerature:APRobe?": isAwake ? "ON" : "OFF"
        default: nil
        }
    }

    private func reportSource(_ message: SCPIMessage, _ now: ContinuousClock.Instant) -> String? {
        switch message {
        case "SOURce:POWer:LIMit:LOW?": lowestPower.text(places: 5)
        case "SOURce:POWer:LIMit:HIGH?": highestPower.text(places: 5)
        case "SOURce:POWer:NOMinal?": highestPower.text(places: 5)
        // obis-laser-controller writes all the letters that the manual's short form leaves out.
        case "SOURce:POWer:LEVel:IMMediate:AMPLitude?": power.text(places: 5)
        case "SOURce:POWer:LEVel?": (isEmitting(at: now) ? power : 0).text(places: 5)
        case "SOURce:POWer:CURRent?": isEmitting(at: now) ? "0.08150" : "0.00000"
        case "SOURce:TEMPerature:DIODe?", "SOURce:TEMPerature:BASeplate?", "SOURce:TEMPerature:INTernal?": "25.3C"
        case "SOURce:TEMPerature:DSETpoint?": "25.0C"
        default: nil
        }
    }

    private func status(_ now: ContinuousClock.Instant) -> Int {
        var bits = 0xC800_0000
        if fault != 0 { bits |= 0x1 }
        if isEmitting(at: now) { bits |= 0x1002 } else if isSwitchedOn { bits |= 0x14 }
        if !errors.isEmpty { bits |= 0x40 }
        if isWarmingUp { bits |= 0x100 }
        bits |= isReady ? 0x4 : 0x8
        return bits
    }

    private mutating func execute(_ message: SCPIMessage, _ now: ContinuousClock.Instant) -> String {
        switch message {
        case "SOURce:POWer:LEVel:IMMediate:AMPLitude": return setPower(message.argument)
        case "SOURce:AM:INTernal": return choose(message, [("CWP", "CWP"), ("CWC", "CWC")])
        case "SOURce:AM:EXTernal":
            return choose(message, [("DIGital", "DIGITAL"), ("ANALog", "ANALOG"), ("MIXed", "MIXED")])
        case "SYSTem:ERRor:CLEar": errors = []
        case "*RST": (isSwitchedOn, mode) = (false, "CWP")
        default: return turn(message, now)
        }
        return "OK"
    }

    private mutating func setPower(_ argument: String) -> String {
        guard !argument.isEmpty else { return "ERR-109" }
        guard let watts = argument.number, (lowestPower...highestPower).contains(watts) else { return "ERR-220" }
        power = watts
        return "OK"
    }

    private mutating func choose(_ message: SCPIMessage, _ modes: [(word: String, mode: String)]) -> String {
        guard !message.argument.isEmpty else { return "ERR-109" }
        guard let mode = modes.first(where: { message.argument(is: $0.word) })?.mode else { return "ERR-220" }
        self.mode = mode
        return "OK"
    }

    /// Sets an on/off switch.
    private mutating func turn(_ message: SCPIMessage, _ now: ContinuousClock.Instant) -> String {
        let known = [
            "SOURce:AM:STATe", "SOURce:TEMPerature:APRobe", "SYSTem:CDRH", "SYSTem:AUTostart", "SYSTem:INDicator:LASer",
            "SYSTem:COMMunicate:HANDshaking", "SYSTem:COMMunicate:PROMpt",
        ]
        guard known.contains(where: { $0 ~= message }) else { return "ERR-100" }
        guard !message.argument.isEmpty else { return "ERR-109" }
        guard let isOn = message.flag else { return "ERR-220" }
        switch message {
        case "SOURce:AM:STATe":
            guard !isOn || isReady else { return "ERR-200" }
            isSwitchedOn = isOn
            switchedOnAt = now
        case "SOURce:TEMPerature:APRobe": isAwake = isOn
        case "SYSTem:CDRH": hasDelay = isOn
        case "SYSTem:AUTostart": hasAutostart = isOn
        case "SYSTem:INDicator:LASer": hasIndicator = isOn
        case "SYSTem:COMMunicate:HANDshaking": shakesHands = isOn
        default: prompt = isOn ? .afterAnswers : .none
        }
        return "OK"
    }
}
