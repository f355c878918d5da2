public import Logging
public import Pickle
internal import Platform

/// A server of objects for Pyro4 clients, with a thread for each client.
///
/// A call is read, carried out and answered on one thread. With one client, passing it to another thread and back would
/// cost more than the rest of the call.
public final class PyroServer: Sendable {
    let options: ServerOptions
    let log: Logger
    let objects = ObjectTable()
    /// The address at which the server listens, with the actual port.
    public let endpoint: Endpoint

    /// The same address with a numeric host.
    ///
    /// Nil with a Unix socket.
    public var address: Endpoint? { listener.localEndpoint }

    private let listener: Socket
    /// The socket, if it outlives this server.
    private let lasting: ListeningSocket?
    private let acceptStop: AcceptStop?
    /// The reason for refusing every client; nil if clients are served.
    let refusal: (@Sendable () -> String)?
    private let translate: @Sendable (any Error) -> PythonException
    private let clients = Monitor(Clients())

    private struct Clients {
        var sockets: [Int: Socket] = [:]
        var count = 0
        var refusals = 0
        var isStopping = false
    }

    /// Starts to listen.
    ///
    /// Clients are served from ``start()`` on.
    ///
    /// - Parameters:
    ///   - listener: a socket at the endpoint, which goes on listening when the server stops; otherwise the server makes
    ///     one.
    ///   - refusal: if given, every client is refused with the text that it returns, as Pyro refuses clients.
    ///   - translate: converts an error thrown by an object into a Python exception.
    public init(
        at endpoint: Endpoint,
        on listener: ListeningSocket? = nil,
        options: ServerOptions = ServerOptions(),
        log: Logger,
        refusing refusal: (@Sendable () -> String)? = nil,
        translate: @escaping @Sendable (any Error) -> PythonException
    ) throws {
        self.options = try options.fit(for: endpoint)
        self.log = log
        self.translate = translate
        (lasting, self.refusal) = (listener, refusal)
        acceptStop = listener == nil ? nil : AcceptStop()
        self.listener = try listener?.socket ?? Socket(listeningAt: endpoint)
        self.endpoint = endpoint.boundAs(self.listener.localEndpoint)
        objects[DaemonObject.id] = DaemonObject(objects: objects)
    }

    public func register(_ object: any PyroObject, as id: String) { objects[id] = object }
    public func unregister(_ id: String) { objects[id] = nil }

    public func uri(of id: String) -> PyroURI { PyroURI(object: id, location: endpoint.location) }

    /// The URI of an object for other machines, with the public address from the options.
    public func publicURI(of id: String) -> PyroURI {
        PyroURI(object: id, location: (publicEndpoint ?? endpoint).location)
    }

    var publicEndpoint: Endpoint? {
        guard let place = options.publicPlace, case .tcp(_, let port) = endpoint else { return nil }
        return .tcp(host: place.host, port: place.port == 0 ? port : place.port)
    }

    /// Starts to accept clients.
    public func start() {
        _ = BlockingThread("accept") { [self] in
            while let socket = nextClient() { take(socket) }
        }
    }

    /// Stops accepting clients, ends all connections and waits for running calls.
    ///
    /// - Returns: whether all connections have ended within the limit.
    @discardableResult
    public func stop(within limit: Duration) -> Bool {
        clients.update { clients in
            clients.isStopping = true
            for socket in clients.sockets.values { socket.shutDown() }
        }
        if let acceptStop {
            acceptStop.stop()
        } else {
            listener.shutDown()
            endpoint.removeFile()
        }
        return clients.wait(within: limit) { $0.sockets.isEmpty ? true : nil } ?? false
    }

    private func nextClient() -> Socket? {
        while true {
            do {
                guard let acceptStop else { return try listener.accept() }
                return try acceptStop.accept(from: listener)
            } catch {
                // Out of descriptors, for instance. Connected clients continue, and one of them will leave.
                log.error("\(error)")
                let isStopping: Bool? = clients.wait(within: .milliseconds(200)) { $0.isStopping ? true : nil }
                if isStopping == true { return nil }
            }
        }
    }

    private func take(_ socket: Socket) {
        let number = clients.withLock { clients -> Int? in
            guard clients.sockets.count < options.maximumConnections, !clients.isStopping else { return nil }
            clients.count += 1
            clients.sockets[clients.count] = socket
            return clients.count
        }
        socket.tuneForCalls()
        guard let number else {
            return refuse(socket)
        }
        _ = BlockingThread("client \(number)") { [self] in
            ClientSession(socket, number: number, self).run()
            clients.update { $0.sockets[number] = nil }
        }
    }

    /// The number of clients at a time that receive a reason for being refused.
    ///
    /// Further ones are just closed.
    private static let politeRefusals = 8

    private func refuse(_ socket: Socket) {
        let isPolite = clients.withLock { clients in
            guard clients.refusals < Self.politeRefusals else { return false }
            clients.refusals += 1
            return true
        }
        guard isPolite else { return }
        log.warning("a client was refused: \(options.maximumConnections) are connected, which is the limit")
        _ = BlockingThread("refusal") { [self] in
            ClientSession.refuseForLackOfRoom(socket, self)
            clients.withLock { $0.refusals -= 1 }
        }
    }

    /// A serializer with the protocol number from the options.
    func format(_ id: SerializerID) -> any Serializer { id.serializer(claiming: options.wire.pickleProtocol) }

    /// The exception for an error, with the lines of the remote traceback.
    func exception(_ error: any Error) -> PythonException {
        let exception =
            switch error {
            case let error as PythonException: error
            // Not a SerializeError: it would make the client close its connection.
            case let error as SerializerError: PythonException.pyro("PyroError", error.message)
            default: translate(error)
            }
        return exception.traced(exception.tracebackLines)
    }
}

extension ServerOptions {
    /// The options for this endpoint.
    ///
    /// Unix sockets do not use SSL.
    fileprivate func fit(for endpoint: Endpoint) throws(SSLFileError) -> ServerOptions {
        var options = self
        if case .unix = endpoint { options.wire.ssl = nil }
        guard options.wire.ssl?.hasCertificate ?? true else {
            throw SSLFileError(.certificate, "a server with SSL needs a certificate")
        }
        return options
    }
}

extension Endpoint {
    /// The endpoint, with the actual port in place of 0.
    func boundAs(_ bound: Endpoint?) -> Endpoint {
        guard case .tcp(let host, port: 0) = self, case .tcp(_, let port)? = bound else { return self }
        return .tcp(host: host, port: port)
    }

    func removeFile() {
        if case .unix(let path) = self { Socket.removeFile(path) }
    }
}

/// The options of a server.
public struct ServerOptions: Sendable {
    public var wire = WireOptions()
    /// The serializers that clients may use.
    public var serializers: Set<SerializerID> = Set(SerializerID.allCases)
    /// The greatest number of simultaneous clients.
    ///
    /// Each takes a thread.
    public var maximumConnections = 200
    /// The time limit for a client's handshake.
    public var handshakeLimit = Duration.seconds(10)
    /// The address at which clients reach the server, if it differs from where it listens: behind a router or in a
    /// container.
    ///
    /// Proxies for objects and ``PyroServer/publicURI(of:)`` contain it. Port 0 stands for the server's port.
    public var publicPlace: PublicPlace?

    /// An address that is valid for other machines.
    public struct PublicPlace: Sendable, Hashable {
        public var host: String
        public var port: Int

        public init(host: String, port: Int = 0) { (self.host, self.port) = (host, port) }
    }

    public init() {}
}
