public import Transports

/// Texts that no device sends.
private let oddities = [
    "99999999999999999999999", "-1", "nan", "inf", "1e308", "-", ":A", ":N", ":N-", "@", "@00", "E,", "E", "END", "R",
    "X=", "=", "\u{0}", " ", "0x", "1e-320",
]

/// A device with answers that are garbled at random, repeatably for each seed.
public struct Garbling<Base: SimulatedInstrument>: SimulatedInstrument {
    public var base: Base
    public var isGarbling = true
    private var state: UInt64

    public init(_ base: Base, seed: UInt64) { (self.base, state) = (base, seed &* 0x9E37_79B9_7F4A_7C15 | 1) }

    /// A number from 0 up (xorshift).
    private mutating func random(below end: Int) -> Int {
        state ^= state << 13
        state ^= state >> 7
        state ^= state << 17
        return Int(state >> 33) % end
    }

    public mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let outputs = base.receive(bytes, at: now)
        guard isGarbling else { return outputs }
        return outputs.map { output in
            var output = output
            // One in four; the others let the talk get on.
            if random(below: 4) == 0 { spoil(&output.bytes) }
            return output
        }
    }

    private mutating func spoil(_ bytes: inout [UInt8]) {
        guard !bytes.isEmpty else { return }
        let place = random(below: bytes.count)
        switch random(below: 6) {
        case 0: bytes[place] = UInt8(random(below: 256))
        case 1: bytes.remove(at: place)
        case 2: bytes.insert(contentsOf: Array(oddities[random(below: oddities.count)].utf8), at: place)
        case 3: bytes.removeLast(bytes.count - place)
        case 4: bytes += bytes
        default: bytes = Array(oddities[random(below: oddities.count)].utf8) + Array("\r\n".utf8)
        }
    }
}
