internal import Glibc
internal import Logging
internal import Pickle
internal import Platform

extension PyroServer {
    /// Starts the thread that accepts clients, which waits until the server is started.
    func acceptClientsOnceStarted() throws(SystemError) {
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
        socket.preferAsCalls()
        let client = socket.remoteEndpoint
        let access = options.access.access(of: client, at: socket.localEndpoint)
        guard access != .none else {
            return refuse(socket, client, "clients at \(client.hostName) are not allowed to connect")
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
            refusals.write("thread", .error, "\(client.clientName) refused: \(error)")
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
            "\(client.hostName) \(text)",
            .warning,
            "\(client.clientName) refused: \(text)"
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
final class SpareDescriptor: Sendable {
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

extension Endpoint {
    /// The host; nil for a Unix socket.
    fileprivate var host: String? {
        if case .tcp(let host, _) = self { host } else { nil }
    }
}

extension Endpoint? {
    /// A client with this address, for logs.
    var clientName: String { map { "client \($0)" } ?? "a local client" }
    /// The host of a client with this address, for logs and messages.
    var hostName: String { flatMap(\.host) ?? "this machine" }
}
