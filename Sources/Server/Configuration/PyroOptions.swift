public import Pickle
public import Pyro

/// How a definition talks to its clients.
public struct PyroOptions: Sendable, Hashable {
    /// The serializers that clients may use.
    public var serializers = Set(SerializerID.allCases)
    /// The key that signs messages, if both sides share one.
    public var hmacKey: [UInt8]?
    /// A file that begins with a line which is the key, and that other users cannot read.
    public var hmacKeyFile: String?
    /// The certificates, if connections are to be encrypted.
    ///
    /// That concerns those that clients make, and those to clients, name servers and parts on other machines; Unix
    /// sockets stay as they are.
    public var ssl: SSLFiles?
    public var compresses = false
    /// The number that pickles carry in front.
    public var pickleProtocol: UInt8 = 4
    /// The most bytes that a message may have that comes in.
    public var maximumMessageSize = 256 << 20
    /// The most clients at once.
    public var maximumConnections = 200
    /// How long a client may take to say who it is.
    public var handshakeLimit = Duration.seconds(10)
    public var delivery = DeliveryMethod.batch
    /// How many data wait for a slow client before the oldest are lost.
    public var queueLength = 32
    /// The kernel's algorithm on connections that carry images; nil leaves the system's.
    public var congestionControl: String? = "reno"
    /// How long to wait for a client that does not read what it is sent; nil waits for ever.
    public var sendLimit: Duration? = .seconds(30)
    /// Where clients reach the device, if not where it listens: behind a router, or in a container.
    public var publicPlace: ServerOptions.PublicPlace?
    /// The name server that is told where the devices are, if any.
    public var nameServer: PyroURI.Location?
    /// Whether the devices are announced in the local network, by mDNS.
    public var isAnnounced = false

    public init() {}
}
