public import Pickle

/// A client of a Pyro name server such as `pyro4-ns`, which lists objects by name.
///
/// The functions block. They throw a ``ClientError`` if the name server cannot be reached.
public final class NameServer: Sendable {
    /// The default address of `pyro4-ns`.
    public static let standardPlace = PyroURI.Location.tcp(host: "localhost", port: 9090)

    public let place: PyroURI.Location
    private let client: PyroClient

    /// - Parameter options: their serializer is ignored, because name servers do not accept pickles.
    public init(at place: PyroURI.Location = standardPlace, options: ClientOptions = ClientOptions()) {
        var options = options
        options.serializer = .serpent
        self.place = place
        client = PyroClient(PyroURI(object: "Pyro.NameServer", location: place), options: options)
    }

    /// The URI of the object with a name, or nil if the name server does not know the name.
    public func find(_ name: String) throws -> PyroURI? {
        do {
            guard case .uri(let uri) = try client.call("lookup", [.str(name)]) else {
                throw ClientError.outOfStep("the name server's answer is not a URI")
            }
            return uri
        } catch let error as PythonException where error.type.name == "NamingError" {
            return nil
        }
    }

    /// Registers an object.
    ///
    /// It replaces one that was registered under the same name.
    public func register(_ name: String, as uri: PyroURI) throws {
        _ = try client.call("register", [.str(name), .str(uri.text)])
    }

    /// Removes a name.
    public func remove(_ name: String) throws { _ = try client.call("remove", [.str(name)]) }

    /// All names and the URIs of their objects.
    public var names: [(name: String, uri: PyroURI)] {
        get throws {
            guard case .dict(let listed) = try client.call("list") else {
                throw ClientError.outOfStep("the name server's answer is not a dictionary")
            }
            return listed.pairs.compactMap { name, uri in
                guard case .str(let name) = name, case .str(let text) = uri, let uri = PyroURI(text) else { return nil }
                return (name, uri)
            }
        }
    }

    /// Whether the connection is open, as far as can be known without sending anything.
    public var isConnected: Bool { client.isConnected }

    /// This machine's address on the connection to the name server, or nil with a Unix socket.
    public var localEndpoint: Endpoint? {
        get throws { try client.localEndpoint }
    }
}
