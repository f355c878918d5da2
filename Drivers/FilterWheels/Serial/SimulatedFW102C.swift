public import Transports

/// A simulated Thorlabs filter wheel, which is busy while it turns and answers when it stands.
public struct SimulatedFW102C: SimulatedLineInstrument {
    public var pendingInput: [UInt8] = []
    public let positionCount: Int
    /// The position, from 1; the buttons on the front panel change it, too.
    public var position = 1
    public var speed = 1
    public var trigger = 0
    public var sensors = 0
    /// The travel time from one position to the next.
    public var stepTime = Duration.seconds(1)
    /// Whether it has firmware 1.0, which lacks `pcount?`.
    public var isOld = false
    /// Whether the wheel is blocked without noticing.
    public var isJammed = false
    private var freeAt: ContinuousClock.Instant?

    public init(positionCount: Int = 6) { self.positionCount = positionCount }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        // Commands sent while it turns wait.
        let wait = max(.zero, (freeAt ?? now) - now)
        let text = text(command)
        let echo = SimulatedOutput("\(command)\r", after: wait)
        guard command.hasPrefix("pos="), text.isEmpty else {
            return [SimulatedOutput("\(command)\r\(text)> ", after: wait)]
        }
        guard !isJammed else { return [echo] }
        let travel = travel(to: command.dropFirst(4).description.code() ?? position)
        freeAt = now + wait + travel
        return [echo, SimulatedOutput("> ", after: wait + travel)]
    }

    private mutating func travel(to target: Int) -> Duration {
        let distance = abs(target - position)
        position = target
        return stepTime * min(distance, positionCount - distance)
    }

    private mutating func text(_ command: String) -> String {
        switch command {
        case "*idn?": "THORLABS FW102C/FW212C Filter Wheel version \(isOld ? "1.00" : "1.04")\r"
        case "pcount?": isOld ? Self.unknown : "\(positionCount)\r"
        case "pos?": "\(position)\r"
        case "speed?": "\(speed)\r"
        case "trig?": "\(trigger)\r"
        case "sensors?": "\(sensors)\r"
        case "baud?": "1\r"
        default: does(command)
        }
    }

    private mutating func does(_ command: String) -> String {
        let words = command.split(separator: "=", maxSplits: 1).map(String.init)
        guard words.count == 2 else { return Self.unknown }
        let most = words[0] == "pos" ? positionCount : 1
        guard let value = words[1].code(), (words[0] == "pos" ? 1 : 0)...most ~= value else {
            return "Command error CMD_ARG_INVALID\n"
        }
        switch words[0] {
        case "pos": break
        case "speed": speed = value
        case "trig": trigger = value
        case "sensors": sensors = value
        default: return Self.unknown
        }
        return ""
    }

    private static let unknown = "Command error CMD_NOT_DEFINED\n"
}
