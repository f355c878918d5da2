public import Transports

/// A simulated Thorlabs filter wheel, which is busy while it turns and answers when it stands.
public struct SimulatedFW102C: SimulatedLineInstrument {
    public var pendingInput: [UInt8] = []
    /// 6 or 12; clients can change it with `pcount=`.
    public var positionCount: Int
    /// The position, from 1; the buttons on the front panel change it, too.
    public var position = 1
    /// The values of `speed`, `trig`, `sensors` and `baud`, which are lost with the power unless saved.
    public var values = SimulatedFW102C.defaults
    /// What `save` has saved.
    public var saved = SimulatedFW102C.defaults
    /// The travel time from one position to the next.
    public var stepTime = Duration.seconds(1)
    /// Whether it has firmware 1.0, which lacks `pcount?`, `speed`, `sensors`, `baud` and `save`.
    public var isOld = false
    /// Whether the wheel is blocked without noticing.
    public var isJammed = false
    private var freeAt: ContinuousClock.Instant?

    private static let defaults = ["speed": 1, "trig": 0, "sensors": 0, "baud": 1]

    public init(positionCount: Int = 6) { self.positionCount = positionCount }

    public mutating func powerUp(at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        values = saved
        return []
    }

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
        return stepTime * min(distance, positionCount - distance) * (values["speed"] == 0 ? 2 : 1)
    }

    /// The text between the echo and the prompt: Commands are in lower case only (Thorlabs's manual).
    private mutating func text(_ command: String) -> String {
        let name = String(command.prefix { $0 != "?" && $0 != "=" })
        guard command != "*idn?" else {
            return "THORLABS FW102C/FW212C Filter Wheel version \(isOld ? "1.00" : "1.04")\r"
        }
        guard name == "pos" || name == "trig" || !isOld else { return Self.unknown }
        if command == "save" {
            saved = values
            return ""
        }
        switch command.dropFirst(name.count).first {
        case "?" where command.count == name.count + 1:
            let value = name == "pos" ? position : name == "pcount" ? positionCount : values[name]
            return value.map { "\($0)\r" } ?? Self.unknown
        case "=": return set(name, to: command.dropFirst(name.count + 1).description.code())
        default: return Self.unknown
        }
    }

    private mutating func set(_ name: String, to value: Int?) -> String {
        let allowed: [Int] =
            switch name {
            case "pos": Array(1...positionCount)
            case "pcount": [6, 12]
            default: values[name] == nil ? [] : [0, 1]
            }
        guard !allowed.isEmpty else { return Self.unknown }
        guard let value, allowed.contains(value) else { return "Command error CMD_ARG_INVALID\n" }
        if name == "pcount" { positionCount = value }
        if values[name] != nil { values[name] = value }
        return ""
    }

    private static let unknown = "Command error CMD_NOT_DEFINED\n"
}
