public import Pickle

/// How a client connects and calls.
public struct ClientOptions: Sendable {
    public var wire = WireOptions()
    public var serializer = SerializerID.pickle
    /// How long connecting and the handshake may take together.
    public var connectLimit = Duration.seconds(10)
    /// How long a reply may take, and how long a message may take to be accepted; nil for as long as it takes.
    public var callLimit: Duration?
    /// What the server is told on connecting.
    public var handshake: PythonValue = "hello"
    /// The congestion control to ask the system for, such as `reno`; nil for the system's own.
    public var congestionControl: String?
    /// How many bytes the system shall take before a write has to wait; nil for as many as it likes.
    public var sendBuffer: Int32?

    public init() {}
}
