public import Pickle

/// Where a server listens.
public enum Endpoint: Sendable, Hashable, CustomStringConvertible {
    /// A host by name or address, and a TCP port; the kernel chooses the port when it is 0.
    case tcp(host: String, port: Int)
    /// The path of a Unix socket.
    case unix(path: String)

    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "./u:\(path)"
        }
    }

    /// The same place in a URI.
    public var location: PyroURI.Location {
        switch self {
        case .tcp(let host, let port): .tcp(host: host, port: port)
        case .unix(let path): .unix(path: path)
        }
    }

    public init(_ location: PyroURI.Location) {
        switch location {
        case .tcp(let host, let port): self = .tcp(host: host, port: port)
        case .unix(let path): self = .unix(path: path)
        }
    }
}
