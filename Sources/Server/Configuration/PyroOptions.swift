/// How a definition talks to its clients.
public struct PyroOptions: Sendable, Hashable {
    public enum Serializer: String, Sendable, CaseIterable {
        case pickle, serpent, json, marshal, msgpack
    }

    /// How data reach the clients that asked for them.
    public enum Delivery: String, Sendable, CaseIterable {
        /// As batches that nobody answers: all that waits goes out at once.
        case batch
        /// One call for each, which nobody answers.
        case oneway
        /// One call for each, of which the answer is awaited before the next.
        case reply
    }

    /// The serializers that clients may use.
    public var serializers = Set(Serializer.allCases)
    /// The key that signs messages, if both sides share one.
    public var hmacKey: [UInt8]?
    public var compresses = false
    /// The number that pickles carry in front.
    public var pickleProtocol: UInt8 = 4
    /// The most bytes that a message may have that comes in.
    public var maximumMessageSize = 256 << 20
    /// The most clients at once.
    public var maximumConnections = 200
    /// How long a client may take to say who it is.
    public var handshakeLimit = Duration.seconds(10)
    public var delivery = Delivery.batch
    /// How many data wait for a slow client before the oldest are lost.
    public var queueLength = 32
    /// The kernel's algorithm on connections that carry images; nil leaves the system's.
    public var congestionControl: String? = "reno"
    /// How long to wait for a client that does not read what it is sent; nil waits for ever.
    public var sendLimit: Duration? = .seconds(30)

    public init() {}
}
