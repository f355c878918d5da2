public import Transports

/// A simulated Arduino with Micro-Manager's firmware.
public struct SimulatedArduino: SimulatedInstrument {
    public var pattern: UInt8 = 0
    public private(set) var isBlanking = false
    /// Whether blanking holds the lines low while the input is low, instead of while it is high.
    public private(set) var blanksOnLow = false
    /// Whether its input is high.
    public var isInputHigh = false
    /// How long it is silent after a reset.
    public var resetTime = Duration.zero
    private var deafUntil: ContinuousClock.Instant?
    /// The first bytes of a command, and the time by which the rest must arrive.
    private var pending: (bytes: [UInt8], until: ContinuousClock.Instant)?

    public init() {}

    /// The lines that are actually high.
    public var output: UInt8 { isBlanking && isInputHigh != blanksOnLow ? 0 : pattern }

    /// Plugging the board in resets it, as opening its port does.
    public mutating func powerUp(at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        (isBlanking, pending, deafUntil) = (false, nil, now + resetTime)
        return []
    }

    public mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        if let deafUntil, now < deafUntil { return [] }
        return bytes.flatMap { receive($0, now) }
    }

    private mutating func receive(_ byte: UInt8, _ now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let begun = pending.flatMap { now < $0.until ? $0.bytes : nil } ?? []
        pending = nil
        let command = begun + [byte]
        switch (command[0], command.count) {
        case (1, 1), (22, 1): pending = (command, now + .seconds(1))
        case (1, _): pattern = byte & 0x3F
        case (2, _): return [SimulatedOutput([2, pattern])]
        case (20, _): isBlanking = true
        case (21, _): isBlanking = false
        case (22, _): blanksOnLow = byte != 0
        case (30, _): return [SimulatedOutput("MM-Ard\r\n")]
        case (31, _): return [SimulatedOutput("3\r\n")]
        default: return []
        }
        return pending == nil ? [SimulatedOutput([command[0]])] : []
    }
}
