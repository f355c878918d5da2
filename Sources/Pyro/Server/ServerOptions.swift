/// What a server takes and how.
public struct ServerOptions: Sendable {
    public var wire = WireOptions()
    /// The serializers that clients may use.
    public var serializers: Set<SerializerID> = Set(SerializerID.allCases)
    /// The most clients at once; each takes a thread.
    public var maximumConnections = 200
    /// How long a client may take to say who it is and what it wants.
    public var handshakeLimit = Duration.seconds(10)

    public init() {}
}
