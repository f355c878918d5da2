public import Transports

/// The wheel of the tutorial, as its commands show it.
public struct SimulatedExampleWheel: SimulatedLineInstrument {
    public var pendingInput: [UInt8] = []
    public var positionCount: Int { 6 }
    /// From one position to the next.
    public var stepTime = Duration.milliseconds(200)
    /// Whether it stops half-way, and says that it stands.
    public var isJammed = false
    /// From 1.
    private var position = 1
    private var speed = 5
    private var move: Move?

    private struct Move: Codable {
        let target: Int
        let end: ContinuousClock.Instant
    }

    public init() {}

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        if let move, now >= move.end { (position, self.move) = (isJammed ? position : move.target, nil) }
        return [SimulatedOutput(text(command, now) + "\r\n")]
    }

    private mutating func text(_ command: String, _ now: ContinuousClock.Instant) -> String {
        let words = command.split(separator: " ").map(String.init)
        switch (words.first, words.count == 2 ? words[1].code() : nil) {
        case ("ID?", _): return "ID 1234"
        case ("NUM?", _): return "NUM \(positionCount)"
        case ("POS?", _): return move.map { "POS \(position)>\($0.target)" } ?? "POS \(position)"
        case ("SPD?", _): return "SPD \(speed)"
        case ("SPD", let value?) where 1...9 ~= value: speed = value
        case ("GO", let target?) where 1...positionCount ~= target:
            move = Move(target: target, end: now + stepTime * abs(target - position))
        default: return "ERR"
        }
        return "OK"
    }
}
