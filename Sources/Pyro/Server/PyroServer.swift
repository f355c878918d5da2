public import Logging
public import Pickle
internal import Threads

/// Serves objects to Pyro4 clients, each client on a thread of its own.
///
/// A call runs on the thread that read it and its answer is written there: to hand it to another thread and back costs
/// more, with one client, than all the rest of the call.
public final class PyroServer: Sendable {
    let options: ServerOptions
    let log: Logger
    let objects = ObjectTable()
    let streams: ItemStreams
    /// Where the server listens, with the port that the kernel chose.
    public let endpoint: Endpoint

    /// Where it listens in digits, whatever the host is called; nil with a Unix socket.
    public var address: Endpoint? { listener.localEndpoint }

    private let listener: Socket
    private let translate: @Sendable (any Error) -> PythonException
    private let clients = Monitor(Clients())

    private struct Clients {
        var sockets: [Int: Socket] = [:]
        var count = 0
        var refusals = 0
        var isStopping = false
    }

    /// Starts to listen; clients are served from ``start()`` on.
    ///
    /// - Parameter translate: gives the Python exception for an error that an object's function threw.
    public init(
        at endpoint: Endpoint,
        options: ServerOptions = ServerOptions(),
        log: Logger,
        translate: @escaping @Sendable (any Error) -> PythonException
    ) throws {
        self.options = try options.fit(for: endpoint)
        self.log = log
        streams = ItemStreams(linger: options.streamLinger, lifetime: options.streamLifetime)
        self.translate = translate
        listener = try Socket(listeningAt: endpoint)
        self.endpoint = endpoint.boundAs(listener.localEndpoint)
        objects[DaemonObject.id] = DaemonObject(objects: objects, streams: streams)
    }

    public func register(_ object: any PyroObject, as id: String) { objects[id] = object }
    public func unregister(_ id: String) { objects[id] = nil }

    public func uri(of id: String) -> PyroURI { PyroURI(object: id, location: endpoint.location) }

    /// The URI by which other machines find an object, if the options tell another place for that.
    public func publicURI(of id: String) -> PyroURI {
        PyroURI(object: id, location: (publicEndpoint ?? endpoint).location)
    }

    var publicEndpoint: Endpoint? {
        guard let place = options.publicPlace, case .tcp(_, let port) = endpoint else { return nil }
        return .tcp(host: place.host, port: place.port == 0 ? port : place.port)
    }

    /// Takes clients from now on.
    public func start() {
        _ = BlockingThread("accept") { [self] in
            while let socket = nextClient() { take(socket) }
        }
    }

    /// Takes no more clients and ends the connections of those that are there; waits for calls that are running.
    ///
    /// - Returns: whether all of them have ended within the limit.
    @discardableResult
    public func stop(within limit: Duration) -> Bool {
        clients.update { clients in
            clients.isStopping = true
            for socket in clients.sockets.values { socket.shutDown() }
        }
        listener.shutDown()
        endpoint.removeFile()
        return clients.wait(within: limit) { $0.sockets.isEmpty ? true : nil } ?? false
    }

    private func nextClient() -> Socket? {
        while true {
            do {
                return try listener.accept()
            } catch {
                // Out of descriptors, for instance: those who are connected go on, and one of them will leave.
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

    /// How many clients at once are told that there is no room; those beyond are only closed.
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

    /// A serializer as the options want it.
    func format(_ id: SerializerID) -> any Serializer { id.serializer(claiming: options.wire.pickleProtocol) }

    /// The exception for an error, with the lines that show up as the remote traceback.
    func exception(_ error: any Error) -> PythonException {
        let exception =
            switch error {
            case let error as PythonException: error
            // Not a SerializeError, which would make the client give up its connection.
            case let error as SerializerError: PythonException.pyro("PyroError", error.message)
            default: translate(error)
            }
        return exception.traced(exception.tracebackLines)
    }
}

extension ServerOptions {
    /// The options with SSL only where there is some.
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
    /// The endpoint with the port that the kernel chose, if the choice was the kernel's.
    fileprivate func boundAs(_ bound: Endpoint?) -> Endpoint {
        guard case .tcp(let host, port: 0) = self, case .tcp(_, let port)? = bound else { return self }
        return .tcp(host: host, port: port)
    }

    fileprivate func removeFile() {
        if case .unix(let path) = self { Socket.removeFile(path) }
    }
}

/// What a server takes and how.
public struct ServerOptions: Sendable {
    public var wire = WireOptions()
    /// The serializers that clients may use.
    public var serializers: Set<SerializerID> = Set(SerializerID.allCases)
    /// The most clients at once; each takes a thread.
    public var maximumConnections = 200
    /// How long a client may take to say who it is and what it wants.
    public var handshakeLimit = Duration.seconds(10)
    /// Where clients reach the server, if not where it listens: behind a router, or in a container.
    ///
    /// It is what references to objects become, and ``PyroServer/publicURI(of:)``; the port is the server's own if it is 0.
    public var publicPlace: PublicPlace?
    /// How long a client that has lost its connection finds its item streams again.
    public var streamLinger = Duration.seconds(30)
    /// How long an item stream may last altogether; nil for as long as its client goes on.
    public var streamLifetime: Duration?

    /// A place that only others know.
    public struct PublicPlace: Sendable, Hashable {
        public var host: String
        public var port: Int

        public init(host: String, port: Int = 0) { (self.host, self.port) = (host, port) }
    }

    public init() {}
}
