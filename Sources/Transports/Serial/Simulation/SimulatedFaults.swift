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
