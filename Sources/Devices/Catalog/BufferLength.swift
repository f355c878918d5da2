/// How many data of a device may wait for one client, as the option `buffer_length` of its driver.
public struct BufferLength: Sendable, Hashable {
    /// Nil leaves it to the server, as zero does in a configuration.
    public let value: Int?

    public init(_ count: Count?) { value = count?.value }
}

extension BufferLength: Decodable {
    public init(from decoder: any Decoder) throws {
        let value = try Int(from: decoder)
        guard value >= 0 else { throw decoder.invalid("must be a number from zero up (was \(value))") }
        self.init(Count(value))
    }
}
