import Platform
import Transports

/// A stream that answers each command from a list, in pieces, and then nothing.
final class ScriptedStream: SerialStream {
    /// The answers to each command; an empty piece is a wait that ends without a byte.
    private var script: [(command: String, pieces: [String])]
    private var pieces: [String] = []
    private(set) var written: [String] = []
    private(set) var discarded = 0
    var isLost = false

    init(_ script: [(command: String, pieces: [String])]) { self.script = script }

    func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) {
        let command = String(decoding: bytes, as: UTF8.self)
        written.append(command)
        if script.first?.command == command { pieces += script.removeFirst().pieces }
    }

    func read(until deadline: ContinuousClock.Instant) -> [UInt8] {
        pieces.isEmpty ? [] : pieces.removeFirst().unicodeScalars.map { UInt8($0.value) }
    }

    func discardInput() {
        discarded += 1
        pieces = []
    }

    func close() { isLost = true }
}
