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

/// What goes wrong between a simulated device and its host.
public struct SimulatedFaults: Sendable {
    /// The answer comes in pieces of so many bytes, with a pause between them.
    public var pieces: (size: Int, pause: Duration)?
    /// How much later than else everything comes.
    public var delay = Duration.zero
    /// Bytes that come before the next answer.
    public var noise: [UInt8] = []
    /// How many of the next answers get lost.
    public var lostAnswers = 0
    /// Whether everything that is sent gets lost.
    public var isMute = false

    public init() {}

    /// What arrives of what was sent, and when.
    mutating func pass(_ output: SimulatedOutput) -> [SimulatedOutput] {
        guard !isMute else { return [] }
        guard lostAnswers <= 0 else {
            lostAnswers -= 1
            return []
        }
        let bytes = noise + output.bytes
        noise = []
        let delay = output.delay + delay
        guard let pieces, pieces.size > 0 else { return [SimulatedOutput(bytes, after: delay)] }
        return stride(from: 0, to: bytes.count, by: pieces.size).enumerated().map { number, start in
            let piece = Array(bytes[start..<min(start + pieces.size, bytes.count)])
            return SimulatedOutput(piece, after: delay + pieces.pause * number)
        }
    }
}
