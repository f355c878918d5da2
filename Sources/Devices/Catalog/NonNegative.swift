/// A number from zero up, as an option of a driver: seconds, a speed.
public struct NonNegative: Sendable, Hashable {
    public let value: Double

    public init?(_ value: Double) {
        guard value.isFinite, value >= 0 else { return nil }
        self.value = value
    }

    /// The number as seconds.
    public var seconds: Duration {
        // A year is for ever for a device, and far from what a duration cannot hold.
        .seconds(min(value, 31_536_000))
    }
}

extension NonNegative: ExpressibleByFloatLiteral, ExpressibleByIntegerLiteral {
    public init(floatLiteral value: Double) {
        precondition(value >= 0, "\(value) is written where no negative number can be")
        self.value = value
    }

    public init(integerLiteral value: Int) { self.init(floatLiteral: Double(value)) }
}

extension NonNegative: Decodable {
    public init(from decoder: any Decoder) throws {
        let value = try Double(from: decoder)
        guard let number = NonNegative(value) else {
            throw decoder.invalid("must be a number from zero up (was \(value))")
        }
        self = number
    }
}
