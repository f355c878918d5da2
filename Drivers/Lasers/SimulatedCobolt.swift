public import Transports

/// A simulated Cobolt laser: a Jive with 561 nm and 600 mW, or a laser of the 06 series of 12 V.
///
/// The words are those of python-microscope's mock, Micro-Manager's two adapters, pyLabLib and the maker's pycobolt.
public struct SimulatedCobolt: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    public var serialNumber = "7863"
    /// In milliwatts.
    public var maximumPower = 600.0
    public var power = 50.0
    public var modulationPower = 50.0
    private var current = 1.0
    /// Whether emission is switched on.
    public var isSwitchedOn = false
    /// Whether emission is paused, as Micro-Manager leaves it at lasers of 12 V.
    public var isPaused = false
    public var isInterlockOpen = false { didSet { if isInterlockOpen { stop(fault: 3) } } }
    public var isKeyOn = true { didSet { if !isKeyOn { isSwitchedOn = false } } }
    public var hasAutostart = false
    public var fault = 0
    /// Constant current, constant power, modulation.
    public var mode = 1
    public var hasDigitalModulation = false
    private var hasAnalogModulation = false
    private var hasLowImpedance = false
    private var isDirect = false
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
    /// What it says of its firmware, and its model number, if it has one.
    public private(set) var firmware = "50070"
    public private(set) var modelNumber: String?
    /// The mode of a laser of 12 V.
    public private(set) var runMode = "ConstantPower"
    /// Whether it is a laser of 12 V, which knows none of the old words for power and mode.
    private var isTwelveVolt = false

    public init() {}

    /// A laser of the 06 series of 12 V, of 100 mW.
    ///
    /// - Parameter firmware: such as `CAP-1004-2.1.0` for an MLD.
    public init(twelveVoltFirmware firmware: String) {
        (self.firmware, modelNumber, isTwelveVolt) = (firmware, "0488-06-01-0100-1100", true)
        (maximumPower, power, modulationPower) = (100, 10, 10)
    }

    /// A laser of the 06 series of 5 V, of 100 mW.
    public init(modelNumber: String) {
        (firmware, self.modelNumber) = ("9.001", modelNumber)
        (maximumPower, power, modulationPower) = (100, 10, 10)
    }

    /// Whether light comes out.
    public func isEmitting(at now: ContinuousClock.Instant = .now) -> Bool {
        isSwitchedOn && !isPaused && (warmAt.map { now >= $0 } ?? true)
    }

    /// Starts to emit, as turning the key does with autostart.
    public mutating func startByItself() { isSwitchedOn = true }
    public mutating func forgetPower() { (power, modulationPower) = (maximumPower, maximumPower) }
    public mutating func forgetTrigger() { (mode, runMode, hasDigitalModulation) = (1, "ConstantPower", false) }

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
        let argument = words.dropFirst().first ?? ""
        guard let word = words.first, !unknownWords.contains(word) else { return Self.unknown }
        if isTwelveVolt {
            if word.contains(":") || ["state?", "fault?", "keyswitch?", "interlock?"].contains(word.lowercased()) {
                let message = SCPIMessage(command)
                return reportSCPI(message, now) ?? executeSCPI(message) ?? Self.unknown
            }
            guard Self.wordsAtTwelveVolts.contains(word) else { return Self.unknown }
        }
        return report(word, now) ?? execute(word, argument) ?? Self.unknown
    }

    private static let unknown = "Syntax error: illegal command"
    private static let outOfRange = "Syntax error: Value is out of range."
    private static let wordsAtTwelveVolts: Set<String> = [
        "?", "sn?", "gsn?", "glm?", "gfv?", "hrs?", "l?", "l0", "l0r", "l1r", "ilk?", "f?", "cf", "gkses?", "@cob1",
        "@cob0", "abort", "restart",
    ]

    // MARK: The words of all lasers

    private mutating func report(_ word: String, _ now: ContinuousClock.Instant) -> String? {
        switch word {
        case "?": "OK"
        case "sn?", "gsn?": serialNumber
        case "glm?": modelNumber
        case "gcn?": "Macro-Gen5b-SHG-0501_4W-RevA"
        case "ver?", "gfv?": firmware
        case "gfd?", "gfbd?": "2020-01-01"
        case "hrs?": "828.98"
        case "l?": isSwitchedOn ? "1" : "0"
        case "p?": (power / 1000).text(places: 4)
        case "glp?": power.text(places: 6)
        case "glmp?": modulationPower.text(places: 6)
        case "pa?": measured(now)
        case "gmlp?": maximumPower.text(places: 6)
        case "i?", "rlc?": (isEmitting(at: now) ? current * 1000 : 0).text(places: 1)
        case "glc?": current.text(places: 4)
        case "gmlc?": "2000.0"
        case "f?": "\(fault)"
        case "ilk?": isInterlockOpen ? "1" : "0"
        case "@cobasks?", "gkses?": isKeyOn ? "1" : "0"
        case "@cobas?", "gas?": hasAutostart ? "1" : "0"
        case "@cobasdr?": isDirect ? "1" : "0"
        case "gam?": "\(mode)"
        case "gdmes?": hasDigitalModulation ? "1" : "0"
        case "games?": hasAnalogModulation ? "1" : "0"
        case "galis?": hasLowImpedance ? "1" : "0"
        case "gom?": "\(operatingMode)"
        case "ra?": "0 0 0 0 0 0 0 \(mode)"
        case "rbpt?", "rtect?": "25.3"
        default: nil
        }
    }

    /// Off, waiting for key, completed, on/off modulation, modulation, fault, aborted.
    private var operatingMode: Int { fault != 0 ? 5 : !isKeyOn ? 1 : 2 }

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
        case "l1r", "l0r":
            guard isTwelveVolt else { return nil }
            isPaused = word == "l0r"
        case "p", "@cobasp": return setPower(argument, scale: 1000)
        case "slp": return setPower(argument, scale: 1)
        case "slmp":
            guard let milliwatts = argument.number, (0...maximumPower).contains(milliwatts) else {
                return Self.outOfRange
            }
            modulationPower = milliwatts
        case "slc":
            guard let amperes = argument.number, (0...2).contains(amperes) else { return Self.outOfRange }
            current = amperes
        case "cf": fault = isInterlockOpen ? 3 : 0
        case "ci", "ecc": mode = 0
        case "cp", "ecp": mode = 1
        case "em": mode = 2
        case "sdmes": hasDigitalModulation = argument == "1"
        case "sames": hasAnalogModulation = argument == "1"
        case "salis": hasLowImpedance = argument == "1"
        case "@cobas": hasAutostart = argument == "1"
        case "@cobasdr": isDirect = argument == "1"
        // At 12 V it starts the laser (pycobolt); elsewhere it waits for the key to be turned anew (pyLabLib).
        case "@cob1", "restart": isSwitchedOn = isTwelveVolt && isKeyOn && fault == 0
        case "@cob0", "abort": isSwitchedOn = false
        default: return nil
        }
        return "OK"
    }

    private mutating func setPower(_ argument: String, scale: Double) -> String {
        guard let value = argument.number, (0...maximumPower).contains(value * scale) else { return Self.outOfRange }
        power = value * scale
        return "OK"
    }

    private mutating func switchOn() -> String {
        if hasAutostart { return "Syntax error: not allowed in autostart mode." }
        if !isKeyOn { return "Error: only allowed when operating mode is 'Completed'." }
        isSwitchedOn = fault == 0
        return "OK"
    }

    // MARK: The words of lasers of 12 V

    private func reportSCPI(_ message: SCPIMessage, _ now: ContinuousClock.Instant) -> String? {
        let isMaximum = message.argument(is: "MAX")
        let modulation = ["LASer:PM:POWer:SETPoint?", "LASer:PowerModulation:POWer:SETPoint?"]
        let constant = ["LASer:CP:POWer:SETPoint?", "LASer:ConstantPower:POWer:SETPoint?"]
        if modulation.contains(where: { $0 ~= message }) {
            return (isMaximum ? maximumPower : modulationPower).text(places: 6)
        }
        if constant.contains(where: { $0 ~= message }) { return (isMaximum ? maximumPower : power).text(places: 6) }
        switch message {
        case "LASer:POWer:READing?":
            let power = runMode == "PowerModulation" ? modulationPower : power
            return (isEmitting(at: now) ? power : 0).text(places: 3)
        case "LASer:CURRent:READing?": return (isEmitting(at: now) ? current * 100 : 0).text(places: 3)
        case "LASer:CC:CURRent:SETPoint?", "LASer:CM:CURRent:HIGH:SETPoint?": return isMaximum ? "200.0" : "100.0"
        case "LASer:RUNMode?":
            guard !message.argument(is: "OPTions") else { return Self.runModes.joined(separator: ", ") }
            return runMode
        case "LASer:PM:DIGital:ENAbled?", "LASer:PowerModulation:DIGital:ENAbled?", "LASer:CM:DIGital:ENAbled?":
            return hasDigitalModulation ? "1" : "0"
        case "LASer:PM:ANAlog:ENAbled?", "LASer:PowerModulation:ANAlog:ENAbled?", "LASer:CM:ANAlog:ENAbled?":
            return hasAnalogModulation ? "1" : "0"
        case "LASer:PAUSed?": return isPaused ? "1" : "0"
        case "LASer:HOURs?": return "828.98"
        case "SYSTem:MODel:NUMber?": return modelNumber
        case "SYSTem:SERial:NUMber?": return serialNumber
        case "SYSTem:INPut:ANAlog:IMPedance?": return hasLowImpedance ? "LOW" : "HIGH"
        case "SYSTem:INPut:ANAlog:VOLTage:RANGe:MAX?": return "5"
        case "AUTOstart:ENAbled?": return hasAutostart ? "1" : "0"
        case "KEYswitch:ENAbled?": return "1"
        case "KEYswitch?": return isKeyOn ? "1" : "0"
        case "INTerlock?": return isInterlockOpen ? "0" : "1"
        case "STATe?":
            return fault != 0 ? "Fault" : !isKeyOn ? "Waiting for key" : isSwitchedOn ? "Laser On" : "Standby"
        case "FAULt?": return fault == 0 ? "No Errors" : fault == 3 ? "Interlock Error" : "Temperature Error"
        case "FAULt:STATe?": return fault == 0 ? "0" : "1"
        default: return nil
        }
    }

    private static let runModes = ["ConstantCurrent", "ConstantPower", "CurrentModulation", "PowerModulation"]

    private mutating func executeSCPI(_ message: SCPIMessage) -> String? {
        switch message {
        case "LASer:CP:POWer:SETPoint", "LASer:ConstantPower:POWer:SETPoint":
            return setPower(message.argument, scale: 1)
        case "LASer:PM:POWer:SETPoint", "LASer:PowerModulation:POWer:SETPoint":
            return execute("slmp", message.argument)
        case "LASer:RUNMode":
            guard let mode = Self.runModes.first(where: { $0.lowercased() == message.argument.lowercased() }) else {
                return Self.outOfRange
            }
            runMode = mode
        case "LASer:PM:DIGital:ENAbled", "LASer:PowerModulation:DIGital:ENAbled", "LASer:CM:DIGital:ENAbled":
            hasDigitalModulation = message.flag == true
        case "LASer:PM:ANAlog:ENAbled", "LASer:PowerModulation:ANAlog:ENAbled", "LASer:CM:ANAlog:ENAbled":
            hasAnalogModulation = message.flag == true
        case "LASer:PAUSed": isPaused = message.flag == true
        case "SYSTem:INPut:ANAlog:IMPedance": hasLowImpedance = message.argument(is: "LOW")
        case "SYSTem:INPut:ANAlog:VOLTage:RANGe:MAX": break
        case "AUTOstart:ENAbled": hasAutostart = message.flag == true
        case "AUTOstart:RESTart": return execute("restart", "")
        case "AUTOstart:ABORt": return execute("abort", "")
        case "FAULt:CLEar": return execute("cf", "")
        default: return nil
        }
        return "OK"
    }
}
