/// A `Pyro4.core.Proxy` as it travels: whom it stands for and what can be asked of it.
public struct PyroProxy: Sendable, Hashable {
    public var uri: PyroURI
    public var oneway: [String]
    public var methods: [String]
    public var attributes: [String]
    /// What the proxy's owner says on connecting; Pyro's default is the text "hello".
    public var handshake: PythonValue
    public var hmacKey: Bytes?
    /// The serializer its owner chose for it alone.
    public var serializer: String?

    public init(
        _ uri: PyroURI,
        oneway: [String] = [],
        methods: [String] = [],
        attributes: [String] = [],
        handshake: PythonValue = "hello",
        hmacKey: Bytes? = nil,
        serializer: String? = nil
    ) {
        self.uri = uri
        self.oneway = oneway
        self.methods = methods
        self.attributes = attributes
        self.handshake = handshake
        self.hmacKey = hmacKey
        self.serializer = serializer
    }
}
