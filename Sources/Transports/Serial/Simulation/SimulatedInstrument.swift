internal import Devices

/// A device behind a simulated serial port: a state that bytes change, with answers and delays.
///
/// It can be encoded, so that it outlives the process that drives it, as real hardware does.
public protocol SimulatedInstrument: Sendable, Codable {
    /// Takes bytes in the pieces in which they come, and returns the device's answers.
    mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput]
    /// The device's output when it is plugged in, such as a greeting.
    mutating func powerUp(at now: ContinuousClock.Instant) -> [SimulatedOutput]
}

extension SimulatedInstrument {
    public mutating func powerUp(at _: ContinuousClock.Instant) -> [SimulatedOutput] { [] }
}

/// Bytes that a simulated device sends after a delay.
public struct SimulatedOutput: Sendable, Equatable {
    public var bytes: [UInt8]
    public var delay: Duration

    public init(_ bytes: [UInt8], after delay: Duration = .zero) {
        self.bytes = bytes
        self.delay = delay
    }

    /// Text with one byte per character.
    public init(_ text: String, after delay: Duration = .zero) { self.init(Latin1.bytes(text), after: delay) }
}

/// A simulated device that takes lines and answers with text.
public protocol SimulatedLineInstrument: SimulatedInstrument {
    /// The beginning of a line without its end.
    var pendingInput: [UInt8] { get set }
    /// The bytes that end a command.
    static var commandEnds: [UInt8] { get }
    /// The device's whole answer to a command, including line ends and prompts.
    mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput]
    /// The echo of bytes, sent before the device looks for commands in them.
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

/// Faults between a simulated device and its host.
public struct SimulatedFaults: Sendable {
    /// The size of the pieces in which answers come, and the pause between them.
    public var pieces: (size: Int, pause: Duration)?
    /// An additional delay of everything that is sent.
    public var delay = Duration.zero
    /// Whether an answer never overtakes an earlier one, as in a device that handles one command after another.
    public var keepsOrder = false
    /// Bytes that come before the next answer.
    public var noise: [UInt8] = []
    /// The number of answers that will be lost.
    public var lostAnswers = 0
    /// Whether all answers are lost.
    public var isMute = false
    /// The faults that are ordered for the device while it runs.
    var orders: OrderedFaults?

    public init() {}

    /// The part of an output that arrives, and its delay.
    mutating func pass(_ output: SimulatedOutput) -> [SimulatedOutput] {
        guard !isMute, let output = ordered(output) else { return [] }
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
