public import Transports

/// A simulated iBeam smart laser: 488 nm, 100 mW, with its console at the most verbose level.
///
/// Its words may be shortened, as pymeasure does (`sta la`, `ch 2 pow 100 mic`); its answers have the forms that
/// pyLabLib reads.
public struct SimulatedIBeam: SimulatedInstrument, SimulatedLaser {
    private var input: [UInt8] = []
    /// In milliwatts.
    public var maximumPower = 100.0
    public var power = 5.0
    public private(set) var isSwitchedOn = false
    /// The bias in milliwatts, and the channels that are enabled.
    public var bias = 0.0
    public var enabledChannels: Set<Int> = [1, 2]
    public var hasChannel2: Bool {
        get { enabledChannels.contains(2) }
        set { if newValue { enabledChannels.insert(2) } else { enabledChannels.remove(2) } }
    }
    /// Whether the input gates the light.
    public private(set) var isExternal = false
    private var isFine = false
    public var echoes = true
    public var prompts = true
    public var talk = "gabby"
    public var isInterlockOpen = false { didSet { if isInterlockOpen { isSwitchedOn = false } } }
    public var isKeyOn = true { didSet { if !isKeyOn { isSwitchedOn = false } } }

    /// The level of the refusal to emit while locked: a warning (W), an error (E) or a fatal error (F).
    public var lockLevel = "E"

    public init() {}

    public func isEmitting(at _: ContinuousClock.Instant) -> Bool { isSwitchedOn && hasChannel2 }

    public mutating func startByItself() { isSwitchedOn = true }
    public mutating func forgetPower() { power = maximumPower }

    /// An empty line is answered as well.
    public mutating func receive(_ bytes: [UInt8], at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        var outputs: [SimulatedOutput] = []
        for byte in bytes {
            if echoes { outputs.append(SimulatedOutput([byte])) }
            guard byte == 0x0D else {
                // Control characters such as the line feed do not belong to a command.
                if byte > 0x1F { input.append(byte) }
                continue
            }
            let command = String(decoding: input, as: UTF8.self)
            input = []
            outputs.append(SimulatedOutput(answer(command)))
        }
        return outputs
    }

    private mutating func answer(_ line: String) -> String {
        let command = line.lowercased().split(separator: " ").map(String.init)
        let text = report(command) ?? execute(command)
        let prompt = prompts ? "CMD> " : ""
        if talk == "quiet" {
            return report(command) == nil || Self.isLike(command, "show serial") ? prompt : "\r\n\(text)\r\n\(prompt)"
        }
        let remark = talk == "gabby" ? "%SYS-I-077, a remark\r\n" : ""
        return "\r\n" + remark + (text.isEmpty ? "" : text + "\r\n") + "[OK]\r\n" + prompt
    }

    /// Whether words are those of a command, each of them shortened to at least two letters; `#` stands for a number.
    private static func isLike(_ words: [String], _ command: String) -> Bool {
        let names = command.split(separator: " ").map(String.init)
        return names.count == words.count
            && zip(names, words).allSatisfy { name, word in
                name == "#" ? word.number != nil : word.count >= min(2, name.count) && name.hasPrefix(word)
            }
    }

    private func report(_ command: [String]) -> String? {
        let like = { Self.isLike(command, $0) }
        let isEmitting = isEmitting(at: .now)
        if like("show serial") || like("id") || like("serial") { return "SN: iBEAM-SMART-488-S-A3-15-21234" }
        if like("version") { return "iBPs-001A01-05" }
        if like("status laser") { return isSwitchedOn ? "ON" : "OFF" }
        if like("status channel #") { return channel(command).map { enabledChannels.contains($0) ? "ON" : "OFF" } }
        if like("status external") { return isExternal ? "ON" : "OFF" }
        if like("status clip") { return "PASS" }
        if like("status fine") { return isFine ? "ON" : "OFF" }
        if like("status uptime") { return "PowerUP: 1234 h + 56 s\r\nLaserON: 123 h + 45 s" }
        if like("show power") { return "PIC  = \((isEmitting ? (power + bias) * 1000 : 0).text(places: 0)) uW  " }
        if like("show level power") {
            return "CH1, PWR:  \(bias.text(places: 3)) mW\r\nCH2, PWR:  \(power.text(places: 3)) mW"
        }
        if like("show satellite") {
            return " Satellite\r\n\r\n Imax: 120 mA\r\n Pmax: \(maximumPower.text(places: 0)) mW\r\n"
        }
        if like("show limit") { return "Driver: 150 mA\r\nDiode: 120 mA" }
        if like("show current") { return "LDC  = \((isSwitchedOn ? 45.6 : 0).text(places: 1)) mA" }
        if like("show temperature") || like("show temperature system") { return "TEMP = 25 C" }
        if like("show data") { return "Serial: 21234\r\nMode: APC" }
        return nil
    }

    /// The channel that a command names.
    private func channel(_ command: [String]) -> Int? {
        command.lazy.compactMap { $0.code() }.first.flatMap { (1...2).contains($0) ? $0 : nil }
    }

    private mutating func execute(_ command: [String]) -> String {
        let like = { Self.isLike(command, $0) }
        let flag = command.last == "on" ? true : command.last == "off" ? false : nil
        if command.isEmpty { return "" }
        if like("laser on") {
            guard !isInterlockOpen, isKeyOn else { return "%SYS-\(lockLevel)-035, it is locked" }
            isSwitchedOn = true
        } else if like("laser off") {
            isSwitchedOn = false
        } else if let flag, like("echo \(flag ? "on" : "off")") {
            echoes = flag
        } else if let flag, like("prompt \(flag ? "on" : "off")") {
            prompts = flag
        } else if let flag, like("fine \(flag ? "on" : "off")") {
            isFine = flag
        } else if let level = ["quiet", "usual", "gabby"].first(where: { like("talk \($0)") }) {
            talk = level
        } else if like("enable external") || like("disable external") {
            isExternal = command[0].hasPrefix("en")
        } else if like("enable #") || like("disable #") {
            return enable(command)
        } else if like("reset system") {
            (isSwitchedOn, isExternal, echoes, prompts, talk) = (false, false, true, true, "usual")
        } else if let unit = ["", " milli", " micro"].first(where: { like("channel # power #\($0)") }) {
            return setPower(channel(command), command[3].number, unit)
        } else if let unit = ["", " milli", " micro"].first(where: { like("channel power #\($0)") }) {
            return setPower(2, command[2].number, unit)
        } else {
            return "%SYS-E-001, unknown command"
        }
        return ""
    }

    /// Channel 0 stands for all.
    private mutating func enable(_ command: [String]) -> String {
        let isOn = command[0].hasPrefix("en")
        if command[1] == "0" {
            enabledChannels = isOn ? [1, 2] : []
            return ""
        }
        guard let channel = channel(command) else { return "%SYS-E-047, out of range" }
        if isOn { enabledChannels.insert(channel) } else { enabledChannels.remove(channel) }
        return ""
    }

    private mutating func setPower(_ channel: Int?, _ value: Double?, _ unit: String) -> String {
        guard let channel, let value, case let milliwatts = unit == " micro" ? value / 1000 : value,
            (0...maximumPower).contains(milliwatts)
        else { return "%SYS-E-047, out of range" }
        if channel == 1 { bias = milliwatts } else { power = milliwatts }
        return ""
    }
}
