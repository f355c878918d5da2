/// Where a Pyro object is: `PYRO:RedCamera@scope-pc:8001`, `PYRO:RedCamera@[::1]:8001`, `PYRO:RedCamera@./u:/run/red`.
public struct PyroURI: Sendable, Hashable {
    public enum Location: Sendable, Hashable {
        /// A host by name or address, an IPv6 address without its brackets, and a TCP port.
        case tcp(host: String, port: Int)
        /// The path of a Unix socket.
        case unix(path: String)
    }

    /// `PYRO`; also `PYRONAME` and `PYROMETA`, which only a name server can turn into a place, and `MDNS`, for which
    /// the local network is asked.
    public var scheme: String
    public var object: String
    /// Nil for a name that is looked up at the default name server, or in the local network; there, port 0 means any.
    public var location: Location?

    public init(scheme: String = "PYRO", object: String, location: Location?) {
        self.scheme = scheme
        self.object = object
        self.location = location
    }
}
