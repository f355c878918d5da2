/// What a server takes and how.
public struct ServerOptions: Sendable {
    public var wire = WireOptions()
    /// The serializers that clients may use.
    public var serializers: Set<SerializerID> = Set(SerializerID.allCases)
    /// The most clients at once; each takes a thread.
    public var maximumConnections = 200
    /// How long a client may take to say who it is and what it wants.
    public var handshakeLimit = Duration.seconds(10)
    /// Where clients reach the server, if not where it listens: behind a router, or in a container.
    ///
    /// It is what references to objects become, and ``PyroServer/publicURI(of:)``; the port is the server's own if it is 0.
    public var publicPlace: PublicPlace?
    /// How long a client that has lost its connection finds its item streams again.
    public var streamLinger = Duration.seconds(30)
    /// How long an item stream may last altogether; nil for as long as its client goes on.
    public var streamLifetime: Duration?

    /// A place that only others know.
    public struct PublicPlace: Sendable, Hashable {
        public var host: String
        public var port: Int

        public init(host: String, port: Int = 0) { (self.host, self.port) = (host, port) }
    }

    public init() {}
}
