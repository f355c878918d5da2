internal import Glibc
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

    private let listener: Socket
    /// The socket, if it outlives this server.
    private let lasting: ListeningSocket?
    private let acceptStop: AcceptStop?
    /// The reason for refusing every client; nil if clients are served.
    let refusal: (@Sendable () -> String)?
    private let socketFile: SocketFile?
    private let translate: @Sendable (any Error) -> PythonException
    private let clients = Lock(Clients())
    private let watch = ConnectionWatch()
    private let spare = SpareDescriptor()
    private let gate = Lock(Gate.closed)

    private struct Clients {
        var sockets: [Int: Socket] = [:]
        var count = 0
        var refusals = 0
        var isStopping = false
    }

    /// The state of the thread that accepts clients: it waits for the server to start.
    private enum Gate {
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
        acceptStop = listener == nil ? nil : AcceptStop()
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

extension PyroServer {
    private func acceptClientsOnceStarted() throws(SystemError) {
        try BlockingThread.start("accept") { [gate] in
            let server = gate.wait { gate -> PyroServer?? in
                switch gate {
                case .closed: return nil
                case .over: return .some(nil)
                case .open(let server):
                    // The thread owns the server from now on, until it is stopped.
                    gate = .over
                    return server
                }
            }
            guard let server = server ?? nil else { return }
            while let socket = server.nextClient() { server.admit(socket) }
        }
    }

    /// Waits for the next client; nil when the server stops.
    private func nextClient() -> Socket? {
        while true {
            do {
                guard let acceptStop else { return try listener.accept() }
                return try acceptStop.accept(from: listener)
            } catch {
                refusals.write("accept", .error, "\(error): clients are refused or have to wait")
                if [EMFILE, ENFILE].contains(error.code), let socket = acceptWithSpare() { return socket }
                let isStopping: Bool? = clients.wait(within: .milliseconds(200)) { $0.isStopping ? true : nil }
                if isStopping == true { return nil }
            }
        }
    }

    /// Accepts a client when there is no free descriptor, and refuses it if there is still none after that.
    private func acceptWithSpare() -> Socket? {
        spare.release()
        defer { spare.refill() }
        guard let socket = try? listener.accept() else { return nil }
        if spare.refill() { return socket }
        refuseAtOnce(socket, "the server has no free file descriptors")
        return nil
    }

    /// Serves a client on a thread of its own, or refuses it.
    private func admit(_ socket: Socket) {
        socket.tuneForCalls(silence: options.silenceLimit)
        let client = socket.remoteEndpoint
        let access = options.access.access(of: client, at: socket.localEndpoint)
        guard access != .none else {
            return refuse(socket, client, "clients at \(client?.host ?? "this address") are not allowed to connect")
        }
        let number = clients.withLock { clients -> Int? in
            guard clients.sockets.count < options.maximumConnections, !clients.isStopping else { return nil }
            clients.count += 1
            clients.sockets[clients.count] = socket
            return clients.count
        }
        guard let number else {
            let reason = "\(options.maximumConnections) clients are connected, which is the limit"
            return refuse(socket, client, "no free workers, increase server threadpool size", log: reason)
        }
        do {
            try options.startThread("client \(number)") { [self] in
                serve(socket, number, access)
                clients.update { $0.sockets[number] = nil }
            }
        } catch {
            clients.update { $0.sockets[number] = nil }
            refusals.write("thread", .error, "client \(client.map { "\($0)" } ?? "") refused: \(error)")
            refuseAtOnce(socket, "the server cannot start another thread")
        }
    }

    private func serve(_ socket: Socket, _ number: Int, _ access: AccessRules.Access) {
        let end = ConnectionEnd { [self] end in
            do { try watch.add(number, socket, end) } catch {
                refusals.write("watch", .warning, "lost clients are only noticed after their calls: \(error)")
            }
        }
        let cause = ClientSession(socket, number: number, access, end, self).run()
        watch.remove(number)
        end.happen(isStopping ? .stopped : cause)
    }

    /// The number of clients at a time that receive a reason for being refused.
    ///
    /// Further ones are just closed.
    private static let politeRefusals = 8

    private func refuse(_ socket: Socket, _ client: Endpoint?, _ reason: String, log text: String? = nil) {
        guard !isStopping else { return }
        let text = text ?? reason
        refusals.write(
            "\(client?.host ?? "") \(text)",
            .warning,
            "client \(client.map { "\($0)" } ?? "") refused: \(text)"
        )
        let isPolite = clients.withLock { clients in
            guard clients.refusals < Self.politeRefusals else { return false }
            clients.refusals += 1
            return true
        }
        guard isPolite else { return }
        do {
            try options.startThread("refusal") { [self] in
                ClientSession.refuse(socket, self, reason, within: options.handshakeLimit)
                clients.withLock { $0.refusals -= 1 }
            }
        } catch {
            clients.withLock { $0.refusals -= 1 }
            refuseAtOnce(socket, reason)
        }
    }

    /// Refuses a client on the calling thread, which must not wait long for a message from it.
    private func refuseAtOnce(_ socket: Socket, _ reason: String) {
        ClientSession.refuse(socket, self, reason, within: .milliseconds(100))
    }
}

/// A log of refusals that does not grow with their number: it repeats an entry only every ten minutes.
final class RefusalLog: Sendable {
    private struct Entry {
        var end: ContinuousClock.Instant
        var omitted = 0
    }

    private let log: Logger
    private let interval: Duration
    private let entries = Lock<[String: Entry]>([:])
    /// The greatest number of different entries.
    ///
    /// Beyond it, further ones count as one.
    private static let limit = 256

    init(_ log: Logger, every interval: Duration = .seconds(600)) { (self.log, self.interval) = (log, interval) }

    /// Logs a refusal, unless one with the same key was logged recently.
    func write(_ key: String, _ level: Logger.Level, _ text: String) {
        let now = ContinuousClock.now
        let omitted = entries.withLock { entries -> Int? in
            if entries.count >= Self.limit { entries = entries.filter { $0.value.end > now } }
            let key = entries[key] != nil || entries.count < Self.limit ? key : ""
            if let entry = entries[key], entry.end > now {
                entries[key]?.omitted += 1
                return nil
            }
            return entries.updateValue(Entry(end: now + interval), forKey: key)?.omitted ?? 0
        }
        guard let omitted else { return }
        log.log(level: level, "\(text)\(omitted == 0 ? "" : " (\(omitted) more since the last such message)")")
    }
}

/// A file descriptor in reserve.
///
/// When the system grants no other one, a client can still be accepted and refused, instead of waiting for an answer.
private final class SpareDescriptor: Sendable {
    private let descriptor = Lock<Int32>(-1)

    init() { refill() }

    deinit { release() }

    func release() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { close(descriptor) }
            descriptor = -1
        }
    }

    /// Takes a descriptor into reserve.
    ///
    /// Returns whether there is one.
    @discardableResult
    func refill() -> Bool {
        descriptor.withLock { descriptor in
            if descriptor < 0 { descriptor = unsafe open("/dev/null", O_RDONLY | O_CLOEXEC) }
            return descriptor >= 0
        }
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

    /// The host; nil for a Unix socket.
    var host: String? {
        if case .tcp(let host, _) = self { host } else { nil }
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
