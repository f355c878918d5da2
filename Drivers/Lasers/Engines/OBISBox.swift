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
        guard lasers[place] != nil else { return [SimulatedOutput("ERR500\r\n")] }
        let answer = lasers[place]?.answer(String(keyword) + String(rest), at: now) ?? []
        // The handshake applies to the whole line.
        if let shakes = lasers[place]?.shakesHands, shakes != shakesHands { shakesHands = shakes }
        return answer
    }

    private func answerOfBox(_ command: String) -> [SimulatedOutput] {
        let value: String? =
            switch command.uppercased() {
            case "SYST:INF:MOD?": "OBIS Laser Box"
            case "SYST:INF:SNUM?": "LB0042"
            case "SYST:INF:FVER?": "2.1"
            default: nil
            }
        guard let value else { return [SimulatedOutput("ERR-100\r\n")] }
        return [SimulatedOutput(value + "\r\n" + (shakesHands ? "OK\r\n" : ""))]
    }
}
