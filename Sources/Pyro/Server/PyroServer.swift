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
    let refusals: RefusalLog
    /// The address at which the server listens, with the actual port.
    public let endpoint: Endpoint

    /// The same address with a numeric host.
    ///
    /// Nil with a Unix socket.
    public var address: Endpoint? { listener.localEndpoint }

    let listener: Socket
    /// The socket, if it outlives this server.
    private let lasting: ListeningSocket?
    let acceptStop: AcceptStop?
    /// The reason for refusing every client; nil if clients are served.
    let refusal: (@Sendable () -> String)?
    private let socketFile: SocketFile?
    private let translate: @Sendable (any Error) -> PythonException
    let clients = Lock(Clients())
    let watch = ConnectionWatch()
    let spare = SpareDescriptor()
    let gate = Lock(Gate.closed)

    struct Clients {
        var sockets: [Int: Socket] = [:]
        var count = 0
        var refusals = 0
        var isStopping = false
    }

    /// The state of the thread that accepts clients: it waits for the server to start.
    enum Gate {
        case closed
        case open(PyroServer)
        case over
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
        acceptStop = try listener.map { _ in try AcceptStop() }
        refusals = RefusalLog(log)
        self.listener = try listener?.socket ?? Socket(listeningAt: endpoint)
        self.endpoint = endpoint.boundAs(self.listener.localEndpoint)
        if listener == nil, case .unix(let path) = endpoint {
            socketFile = SocketFile(boundAt: path)
        } else {
            socketFile = nil
        }
        objects[DaemonObject.id] = DaemonObject(objects: objects)
        // The thread exists before any client does, so that a system without a free thread is reported here.
        do { try acceptClientsOnceStarted() } catch {
            socketFile?.remove()
            throw error
        }
    }

    deinit { gate.update { $0 = .over } }

    public func register(_ object: any PyroObject, as id: String) { objects[id] = object }
    public func unregister(_ id: String) { objects[id] = nil }

    public func uri(of id: String) -> PyroURI { PyroURI(object: id, location: endpoint) }

    /// The URI of an object for other machines, with the public address from the options.
    public func publicURI(of id: String) -> PyroURI {
        PyroURI(object: id, location: publicEndpoint ?? endpoint)
    }

    var publicEndpoint: Endpoint? {
        guard let place = options.publicPlace, case .tcp(_, let port) = endpoint else { return nil }
        return .tcp(host: place.host, port: place.port == 0 ? port : place.port)
    }

    /// Starts to accept clients.
    public func start() {
        gate.update { gate in if case .closed = gate { gate = .open(self) } }
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
        gate.update { $0 = .over }
        if let acceptStop { acceptStop.stop() } else { listener.shutDown() }
        socketFile?.remove()
        return clients.wait(within: limit) { $0.sockets.isEmpty ? true : nil } ?? false
    }

    /// Refuses what a client asks for: logs that once for each client's host, and returns the error for the client.
    public func refusal(of act: String, for client: Endpoint?, because reason: String) -> PythonException {
        refusals.write("\(client.hostName) \(reason)", .warning, "refused \(act) for \(client.clientName): \(reason)")
        return PythonException.pyro("SecurityError", "\(act) is refused: \(reason)")
    }

    /// Where clients may have data sent to.
    public var callBacks: CallBackRule { options.access.callBacks }

    var isStopping: Bool { clients.withLock(\.isStopping) }

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
    /// The endpoint with the actual port in place of 0, and with `::1` in place of `localhost` if that is meant: Pyro4's
    /// clients look for IPv4 addresses alone.
    func boundAs(_ bound: Endpoint?) -> Endpoint {
        guard case .tcp(let host, let wanted) = self, case .tcp(let numeric, let port)? = bound else { return self }
        let isOnlyIPv6 = host.lowercased() == "localhost" && numeric == "::1"
        return .tcp(host: isOnlyIPv6 ? numeric : host, port: wanted == 0 ? port : wanted)
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
    /// The clients that may connect, and what they may call.
    public var access = AccessRules()
    /// The time after which a client whose machine does not answer counts as gone: it was switched off, or its cable
    /// was pulled.
    ///
    /// At least 4 seconds.
    public var silenceLimit = Duration.seconds(8)
    /// The greatest length of all results of a batch.
    ///
    /// Without it, a batch of a megabyte could fill the memory with its results.
    var longestBatchReply = Int(Int32.max)
    /// Starts the threads that serve clients.
    var startThread: @Sendable (String, @escaping @Sendable () -> Void) throws -> Void = { name, body in
        try BlockingThread.start(name, body)
    }
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
