/// A number of things of which there is at least one, as an option of a driver: a wheel's positions.
public struct Count: Sendable, Hashable {
    public let value: Int

    /// Beyond anything that a device has or a person means, and little enough to make an array of.
    private static let most = 1 << 24

    public init?(_ value: Int) {
        guard (1...Self.most).contains(value) else { return nil }
        self.value = value
    }
}

extension Count: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) {
        precondition(
            (1...Self.most).contains(value),
            "\(value) is written where a number from 1 to \(Self.most) must be"
        )
        self.value = value
    }
}

extension Count: Decodable {
    public init(from decoder: any Decoder) throws {
        let value = try Int(from: decoder)
        guard let count = Count(value) else {
            let claim = value > 0 ? "at most \(Self.most)" : "a positive number"
            throw decoder.invalid("must be \(claim) (was \(value))")
        }
        self = count
    }
}
