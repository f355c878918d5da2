import Transports

/// A stream to a simulated device in this process, whose answers are spoilt on the way; it never waits.
final class FuzzedStream<Instrument: SimulatedInstrument>: ByteStream {
    private var instrument: Instrument
    private let spoil: ([UInt8]) -> [UInt8]
    private var answer: [UInt8] = []

    init(_ instrument: Instrument, _ spoil: @escaping ([UInt8]) -> [UInt8]) {
        (self.instrument, self.spoil) = (instrument, spoil)
    }

    let isLost = false

    func write(_ bytes: [UInt8], until _: ContinuousClock.Instant) {
        answer += spoil(instrument.receive(bytes, at: .now).flatMap(\.bytes))
    }

    func read(until _: ContinuousClock.Instant) -> [UInt8] {
        defer { answer = [] }
        return answer
    }

    func discardInput() { answer = [] }
    func close() {}
}
