/// How messages are sent and what is taken, the same for both ends of a connection.
public struct WireOptions: Sendable, Equatable {
    /// The key that both ends share, if messages are to be signed.
    public var hmacKey: [UInt8]?
    /// Whether payloads are compressed that get shorter by it; what comes in may always be.
    public var compresses = false
    /// The most bytes that a message may have that comes in, compressed or not.
    public var maximumLength = 256 << 20
    /// The number that pickles carry in front, for clients so old that they refuse the usual one.
    public var pickleProtocol: UInt8 = 4
    /// The certificates, if connections are to be encrypted; those of Unix sockets never are.
    public var ssl: SSLContext?

    public init() {}
}
