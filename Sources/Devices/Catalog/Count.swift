/// A number of things of which there is at least one, as an option of a driver: a wheel's positions.
public struct Count: Sendable, Hashable {
    public let value: Int

    public init?(_ value: Int) {
        guard value > 0 else { return nil }
        self.value = value
    }
}

extension Count: ExpressibleByIntegerLiteral {
    public init(integerLiteral value: Int) {
        precondition(value > 0, "\(value) is written where a positive number must be")
        self.value = value
    }
}

extension Count: Decodable {
    public init(from decoder: any Decoder) throws {
        let value = try Int(from: decoder)
        guard let count = Count(value) else {
            throw decoder.invalid("must be a positive number (was \(value))")
        }
        self = count
    }
}
