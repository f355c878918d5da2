internal import Glibc

/// A simulated device, its terminal, and what is on the way from it.
struct SimulatedWorld<Instrument: SimulatedInstrument> {
    var instrument: Instrument
    var faults = SimulatedFaults()
    var terminal: PseudoTerminal?
    var isUnplugging = false
    var isOver = false
    /// What the device sends, in the order in which it is due.
    var queue: [(due: ContinuousClock.Instant, bytes: [UInt8])] = []
    /// What the host has sent.
    var heard: [UInt8] = []

    init(_ instrument: Instrument) { self.instrument = instrument }

    /// Takes what has come and sends what is due.
    mutating func exchange(at now: ContinuousClock.Instant) {
        guard let terminal else { return }
        var bytes = [UInt8](repeating: 0, count: 1024)
        let count = unsafe bytes.withUnsafeMutableBytes { unsafe read(terminal.master, $0.baseAddress, $0.count) }
        if count > 0 {
            heard += bytes.prefix(count)
            send(instrument.receive(Array(bytes.prefix(count)), at: now), at: now)
        }
        while let first = queue.first, first.due <= now {
            queue.removeFirst()
            // A host that reads nothing for so long that the terminal is full loses what a real port would lose too.
            _ = unsafe first.bytes.withUnsafeBytes { unsafe write(terminal.master, $0.baseAddress, $0.count) }
        }
    }

    mutating func send(_ outputs: [SimulatedOutput], at now: ContinuousClock.Instant) {
        for output in outputs {
            for piece in faults.pass(output) {
                let due = now + piece.delay
                let index = queue.firstIndex { $0.due > due } ?? queue.endIndex
                queue.insert((due, piece.bytes), at: index)
            }
        }
    }
}
