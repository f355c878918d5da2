public import Pickle

/// A client of a Pyro name server, such as `pyro4-ns`, which knows where the objects are that have names.
///
/// Its functions block, and throw ``ClientError`` when the name server cannot be reached.
public final class NameServer: Sendable {
    /// The place where `pyro4-ns` is if it was not told otherwise.
    public static let standardPlace = PyroURI.Location.tcp(host: "localhost", port: 9090)

    public let place: PyroURI.Location
    private let client: PyroClient

    /// - Parameter options: of which the serializer is not taken, since name servers accept no pickles.
    public init(at place: PyroURI.Location = standardPlace, options: ClientOptions = ClientOptions()) {
        var options = options
        options.serializer = .serpent
        self.place = place
        client = PyroClient(PyroURI(object: "Pyro.NameServer", location: place), options: options)
    }

    /// Where the object with a name is; nil if the name server knows none.
    public func find(_ name: String) throws -> PyroURI? {
        do {
            guard case .uri(let uri) = try client.call("lookup", [.str(name)]) else {
                throw ClientError.outOfStep("the name server's answer is no URI")
            }
            return uri
        } catch let error as PythonException where error.type.name == "NamingError" {
            return nil
        }
    }

    /// Tells where an object is, in place of what was known by its name before.
    public func register(_ name: String, as uri: PyroURI) throws {
        _ = try client.call("register", [.str(name), .str(uri.text)])
    }

    /// Forgets a name.
    public func remove(_ name: String) throws { _ = try client.call("remove", [.str(name)]) }

    /// All names, and where their objects are.
    public var names: [(name: String, uri: PyroURI)] {
        get throws {
            guard case .dict(let listed) = try client.call("list") else {
                throw ClientError.outOfStep("the name server's answer is no dictionary")
            }
            return listed.pairs.compactMap { name, uri in
                guard case .str(let name) = name, case .str(let text) = uri, let uri = PyroURI(text) else { return nil }
                return (name, uri)
            }
        }
    }

    /// Whether it is still connected, as far as can be known without asking.
    public var isConnected: Bool { client.isConnected }

    /// The address of this machine by which it reaches the name server, nil with a Unix socket.
    public var localEndpoint: Endpoint? {
        get throws { try client.localEndpoint }
    }
}
