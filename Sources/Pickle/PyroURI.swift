/// The address of a Pyro object: `PYRO:RedCamera@scope-pc:8001`, `PYRO:RedCamera@[::1]:8001`,
/// `PYRO:RedCamera@./u:/run/red`.
public struct PyroURI: Sendable, Hashable {
    public enum Location: Sendable, Hashable, CustomStringConvertible {
        /// A host by name or address, an IPv6 address without its brackets, and a TCP port.
        case tcp(host: String, port: Int)
        /// The path of a Unix socket.
        case unix(path: String)
    }

    /// `PYRO`; or `PYRONAME` and `PYROMETA`, which a name server resolves, or `MDNS`, which the local network resolves.
    public var scheme: String
    public var object: String
    /// Nil for a name that the default name server or the local network resolves.
    ///
    /// With `MDNS`, port 0 means any.
    public var location: Location?

    public init(scheme: String = "PYRO", object: String, location: Location?) {
        self.scheme = scheme
        self.object = object
        self.location = location
    }
}

extension PyroURI {
    /// Reads a URI such as `PYRO:RedCamera@scope-pc:8001`.
    ///
    /// Any other text gives nil.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let scheme = text[..<colon].uppercased()
        let parts = text[text.index(after: colon)...].split(
            separator: "@",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard let object = parts.first, !object.isEmpty, !object.contains(where: \.isWhitespace) else { return nil }
        switch (scheme, parts.count) {
        case ("PYRO", 2):
            guard let location = Location(parts[1], defaultPort: nil) else { return nil }
            self.init(scheme: scheme, object: String(object), location: location)
        case ("PYRONAME", 1), ("PYROMETA", 1), ("MDNS", 1):
            self.init(scheme: scheme, object: String(object), location: nil)
        case ("PYRONAME", 2), ("PYROMETA", 2):
            guard let location = Location(parts[1], defaultPort: Self.nameServerPort) else { return nil }
            self.init(scheme: scheme, object: String(object), location: location)
        case ("MDNS", 2):
            guard let location = Location(parts[1], defaultPort: Self.anyPort), case .tcp = location else { return nil }
            self.init(scheme: scheme, object: String(object), location: location)
        default: return nil
        }
    }

    private static let nameServerPort = 9090
    /// Stands for a port that is not given.
    private static let anyPort = 0

    /// The URI as Python prints it.
    public var text: String {
        switch location {
        case .tcp(let host, Self.anyPort)? where scheme == "MDNS" && !host.contains(":"): "\(scheme):\(object)@\(host)"
        case .tcp(let host, Self.anyPort)? where scheme == "MDNS": "\(scheme):\(object)@[\(host)]"
        case let location?: "\(scheme):\(object)@\(location)"
        case nil: "\(scheme):\(object)"
        }
    }
}

extension PyroURI.Location {
    fileprivate init?(_ text: Substring, defaultPort: Int?) {
        if text.starts(with: "./u:") {
            let path = text.dropFirst(4)
            guard !path.isEmpty, !path.contains(":") else { return nil }
            self = .unix(path: String(path))
            return
        }
        guard let (host, port) = text.starts(with: "[") ? Self.bracketed(text) : Self.named(text) else { return nil }
        guard let port = port.isEmpty ? defaultPort : Int(port) else { return nil }
        self = .tcp(host: String(host), port: port)
    }

    private static func bracketed(_ text: Substring) -> (host: Substring, port: Substring)? {
        guard let end = text.firstIndex(of: "]") else { return nil }
        let host = text[..<end].dropFirst()
        let isAddress = host.allSatisfy { $0.isASCII && ($0.isHexDigit || $0 == ":" || $0 == "%") }
        let port = text[end...].dropFirst()
        guard isAddress, !host.isEmpty, port.isEmpty || port.first == ":" else { return nil }
        return (host, port.dropFirst())
    }

    private static func named(_ text: Substring) -> (host: Substring, port: Substring)? {
        let host = text.prefix { $0 != ":" }
        // With a slash it would be the beginning of a socket's path.
        guard !host.isEmpty, !host.contains("/") else { return nil }
        let port = text.dropFirst(host.count + 1)
        return (host, port.trimmed)
    }

    public var description: String {
        switch self {
        case .tcp(let host, let port): host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        case .unix(let path): "./u:\(path)"
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        let start = drop(while: \.isWhitespace)
        guard let last = start.lastIndex(where: { !$0.isWhitespace }) else { return start }
        return start[...last]
    }
}
