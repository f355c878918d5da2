/// Random numbers in great numbers: four generators side by side (xorshift, 64 bits, Marsaglia 2003).
struct Noise: Sendable {
    private var state = SIMD4<UInt64>.random(in: 1 ... .max)

    /// Sixteen levels from a lowest one up to, but without, another one that is at most 255 higher.
    mutating func levels(from low: UInt16, to high: UInt16) -> SIMD16<UInt16> {
        state ^= state &<< 13
        state ^= state &>> 7
        state ^= state &<< 17
        let bytes = unsafe unsafeBitCast(state, to: SIMD16<UInt16>.self) &>> 8
        return (bytes &* (high - low)) &>> 8 &+ low
    }
}
