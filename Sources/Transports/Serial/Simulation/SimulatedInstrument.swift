/// A device behind a simulated serial port, as a state that bytes change: what it answers, and when.
public protocol SimulatedInstrument: Sendable {
    /// Takes bytes in the pieces in which they come, and gives what the device sends because of them.
    mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput]
    /// What the device sends when its plug goes in, such as a greeting.
    mutating func powerUp(at now: ContinuousClock.Instant) -> [SimulatedOutput]
}

extension SimulatedInstrument {
    public mutating func powerUp(at _: ContinuousClock.Instant) -> [SimulatedOutput] { [] }
}

/// Bytes that a simulated device sends, after a while.
public struct SimulatedOutput: Sendable, Equatable {
    public var bytes: [UInt8]
    public var delay: Duration

    public init(_ bytes: [UInt8], after delay: Duration = .zero) {
        self.bytes = bytes
        self.delay = delay
    }

    /// Text of one byte a character.
    public init(_ text: String, after delay: Duration = .zero) { self.init(Latin1.bytes(text), after: delay) }
}

/// A simulated device that is told lines and answers with text.
public protocol SimulatedLineInstrument: SimulatedInstrument {
    /// What came of a line that has no end yet.
    var pendingInput: [UInt8] { get set }
    /// The bytes of which each ends a command.
    static var commandEnds: [UInt8] { get }
    /// All that the device sends for a command, line ends and prompts included.
    mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput]
    /// What it sends for bytes as they come, before it looks for commands in them: an echo.
    func echo(_ bytes: [UInt8]) -> [SimulatedOutput]
}

extension SimulatedLineInstrument {
    public static var commandEnds: [UInt8] { [0x0D] }
    public func echo(_: [UInt8]) -> [SimulatedOutput] { [] }

    public mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        var outputs: [SimulatedOutput] = []
        for byte in bytes {
            outputs += echo([byte])
            if Self.commandEnds.contains(byte) {
                let command = Latin1.text(pendingInput).trimmed
                pendingInput = []
                if !command.isEmpty { outputs += answer(command, at: now) }
            } else {
                pendingInput.append(byte)
            }
        }
        return outputs
    }
}
