/// How much a pickle may ask for before it is refused.
public struct PickleLimits: Sendable {
    /// How deep containers may lie within one another.
    public let depth: Int
    /// How many values there may be at a time, one that is shared counted each time it occurs.
    public let weight: Int
    /// How many bytes an integer may take.
    public let integerBytes: Int

    public static let standard = PickleLimits()

    public init(depth: Int = 64, weight: Int = 4_000_000, integerBytes: Int = 1024) {
        // Kept far from the ends of 32 bits, so that sums of two cannot overflow.
        self.depth = min(max(depth, 1), 1 << 16)
        self.weight = min(max(weight, 1), 1 << 29)
        self.integerBytes = min(max(integerBytes, 8), 1 << 16)
    }

    /// How long the name of a module or class may be, in bytes.
    static let nameBytes = 256
}
