public import Devices
public import Transports

/// The commands of a box with several OBIS lasers, numbered from 1: a laser box or an OBIS Remote.
public struct OBISBoxCommands: EngineCommands {
    public static let typeName = "ObisLaserBox"
    /// The commands of the box itself.
    private let box = OBISCommands()
    /// The places that a box may have.
    static let places = 1...6

    public init() {}

    /// The serial numbers of all lasers, so that an exchanged or missing laser is noticed.
    public func identify(_ lines: LineProtocol) throws -> String {
        let serials = try Self.places.compactMap { index in
            try optional { try OBISCommands(index: index).identify(lines) }.map { "\(index): \($0)" }
        }
        guard !serials.isEmpty else { throw SerialError.refused("SYST1:INF:SNUM?", answer: "no laser is there") }
        return serials.joined(separator: ", ")
    }

    /// The lasers; places without a laser refuse to answer.
    public func channels(_ lines: LineProtocol) throws -> [(name: String, commands: OBISCommands)] {
        try Self.places.compactMap { index in
            let laser = OBISCommands(index: index)
            return try optional { try laser.identify(lines) }.map { _ in ("laser\(index)", laser) }
        }
    }

    public func settings(_ line: SerialLine) throws -> [Setting] {
        let texts = [("model", "SYST:INF:MOD?"), ("serial number", "SYST:INF:SNUM?"), ("firmware", "SYST:INF:FVER?")]
        return try texts.compactMap { name, command in
            try line.perform { lines in try optional { try box.ask(command, lines) { $0 } } }
                .map { Setting(name, fixed: $0) }
        }
    }
}

/// A simulated box with places for six OBIS lasers.
public struct SimulatedOBISBox: SimulatedLineInstrument, SimulatedLaser {
    public var pendingInput: [UInt8] = []
    /// The lasers by their numbers.
    public var lasers: [Int: SimulatedOBIS]

    /// - Parameter places: the places that hold a laser.
    public init(places: [Int] = [1, 2, 4]) {
        lasers = Dictionary(uniqueKeysWithValues: Set(places).map { ($0, SimulatedOBIS()) })
        for place in lasers.keys { lasers[place]?.serialNumber = "21200123\(place)" }
    }

    private mutating func updateAll(_ body: (inout SimulatedOBIS) -> Void) {
        for place in lasers.keys {
            guard var laser = lasers[place] else { continue }
            body(&laser)
            lasers[place] = laser
        }
    }

    public var isInterlockOpen = false {
        didSet { updateAll { [isInterlockOpen] in $0.isInterlockOpen = isInterlockOpen } }
    }
    public var isKeyOn = true { didSet { updateAll { [isKeyOn] in $0.isKeyOn = isKeyOn } } }
    /// Whether each answer ends with `OK`.
    public var shakesHands = true { didSet { updateAll { [shakesHands] in $0.shakesHands = shakesHands } } }
    public var prompt = SimulatedOBIS.Prompt.none { didSet { updateAll { [prompt] in $0.prompt = prompt } } }

    public var isSwitchedOn: Bool { lasers.values.contains(where: \.isSwitchedOn) }
    public func isEmitting(at now: ContinuousClock.Instant) -> Bool {
        lasers.values.contains { $0.isEmitting(at: now) }
    }
    public mutating func startByItself() { updateAll { $0.startByItself() } }
    public mutating func forgetPower() { updateAll { $0.forgetPower() } }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let word = command.prefix { $0 != ":" }
        let digits = word.reversed().prefix { $0.isASCII && $0.isNumber }
        guard let place = String(digits.reversed()).code() else { return answerOfBox(command) }
        let rest = command.dropFirst(word.count)
        let keyword = word.dropLast(digits.count)
        guard lasers[place] != nil else { return output(["ERR500"]) }
        let answer = lasers[place]?.answer(String(keyword) + String(rest), at: now) ?? []
        // Handshake and prompt apply to the whole line.
        if let shakes = lasers[place]?.shakesHands, shakes != shakesHands { shakesHands = shakes }
        if let prompt = lasers[place]?.prompt, prompt != self.prompt { self.prompt = prompt }
        return answer
    }

    private mutating func answerOfBox(_ command: String) -> [SimulatedOutput] {
        let message = SCPIMessage(command)
        switch message {
        case "*IDN?": return outputValue("Coherent, Inc-OBIS Laser Box-V2.1")
        case "SYSTem:INFormation:MODel?": return outputValue("OBIS Laser Box")
        case "SYSTem:INFormation:SNUMber?": return outputValue("LB0042")
        case "SYSTem:INFormation:FVERsion?": return outputValue("2.1")
        case "SYSTem:COMMunicate:HANDshaking?": return outputValue(shakesHands ? "ON" : "OFF")
        case "SYSTem:COMMunicate:PROMpt?": return outputValue(prompt == .none ? "OFF" : "ON")
        case "SYSTem:COMMunicate:HANDshaking", "SYSTem:COMMunicate:PROMpt":
            guard let flag = message.flag else { return output([message.argument.isEmpty ? "ERR-109" : "ERR-220"]) }
            if "SYSTem:COMMunicate:HANDshaking" ~= message {
                shakesHands = flag
            } else {
                prompt = flag ? .afterAnswers : .none
            }
            return output(shakesHands ? ["OK"] : [])
        default: return output(["ERR-100"])
        }
    }

    private func outputValue(_ value: String) -> [SimulatedOutput] { output([value] + (shakesHands ? ["OK"] : [])) }

    private func output(_ lines: [String]) -> [SimulatedOutput] {
        let text = lines.map { $0 + "\r\n" }.joined()
        switch prompt {
        case .none: return text.isEmpty ? [] : [SimulatedOutput(text)]
        case .beforeAnswers: return text.isEmpty ? [] : [SimulatedOutput("CONSOLE>>> " + text)]
        case .afterAnswers: return [SimulatedOutput(text + "CONSOLE>>> ")]
        }
    }
}
