internal import Logging
internal import Pickle

/// A client's connection, from its handshake to its end, on its own thread.
///
/// As in Pyro, the calls of one connection run one after another. A slow call does not delay other connections.
final class ClientSession {
    let connection: Connection
    let server: PyroServer
    private let context: CallContext
    private var lane: OnewayLane?

    init(
        _ socket: Socket,
        number: Int,
        _ access: AccessRules.Access,
        _ end: ConnectionEnd,
        handshakeWithin limit: Duration? = nil,
        _ server: PyroServer
    ) {
        let limit = limit ?? server.options.handshakeLimit
        connection = Connection(socket, server.options.wire, greetingWithin: limit)
        self.server = server
        context = CallContext(
            connection: number,
            client: socket.remoteEndpoint,
            server: server.publicEndpoint ?? socket.localEndpoint ?? server.endpoint,
            access: access,
            end: end,
            handover: ConnectionHandover(isSigned: server.options.wire.hmacKey != nil),
            isConnected: { socket.isOpen }
        )
    }

    /// Serves the client until the connection ends, and returns the cause of its end.
    func run() -> ConnectionEnd.Cause {
        defer { lane?.close() }
        var isGreeted = false
        do {
            guard try handshake() else { return .lost("the client was refused") }
            isGreeted = true
            connection.greeted(readingWithin: nil)
            while let request = try connection.receive() {
                guard try answer(request) else { return .lost("the client broke the protocol") }
                guard let body = context.handover?.taken() else { continue }
                body(HandedConnection(connection))
                return .closed
            }
            return .closed
        } catch {
            let level: Logger.Level = isGreeted && !error.isUsual ? .warning : .debug
            server.log.log(level: level, "dropped \(name): \(error)")
            return .lost(error.description)
        }
    }

    private var name: String { context.client.clientName }

    // MARK: Calls

    /// Answers one message.
    ///
    /// Returns whether the connection continues.
    private func answer(_ request: ReceivedMessage) throws(MessageError) -> Bool {
        switch request.header.type {
        case .ping:
            var reply = request.reply(.ping)
            reply.payload.append(contentsOf: Array("pong".utf8))
            try connection.send(reply)
            return true
        case .invoke: return try invoke(request)
        default:
            server.log.info("dropped \(name): clients do not send messages of type \(request.header.type)")
            return false
        }
    }

    private func invoke(_ request: ReceivedMessage) throws(MessageError) -> Bool {
        guard let serializer = accepted(request.header.serializer) else {
            let text = "message used serializer that is not accepted: \(request.header.serializer)"
            if let known = SerializerID(rawValue: request.header.serializer) {
                try raise(.pyro("SerializeError", text), request, known)
            }
            return false
        }
        context.end.note(call: request.header.sequence)
        let flags = request.header.flags
        if flags.contains(.oneway) { connection.socket.acknowledgeNow() }
        do {
            let invocation = Invocation(request, serializer, server, context)
            let call = try invocation.decode()
            if flags.contains(.oneway) {
                oneway(call, invocation)
            } else {
                try connection.send(try invocation.logging(call) { try invocation.reply(to: call) })
            }
        } catch let error as MessageError {
            throw error
        } catch {
            context.handover?.cancel()
            if !flags.contains(.oneway) { try raise(server.exception(error), request, serializer) }
        }
        return true
    }

    /// Runs a oneway call: a single call on another thread, a batch on this thread, as in Pyro.
    private func oneway(_ call: WireCall, _ invocation: Invocation) {
        let perform: @Sendable () -> Void = { [log = server.log] in
            do { try invocation.logging(call) { try invocation.performOnly(call) } } catch {
                log.warning("oneway call of \(call.object.shown).\(call.method.shown) failed: \(error)")
            }
        }
        guard !invocation.isBatch else { return perform() }
        do {
            let lane = try lane ?? OnewayLane("oneway \(context.connection)", server.options)
            self.lane = lane
            lane.run(invocation.byteCount, perform)
        } catch {
            server.refusals.write("oneway", .warning, "oneway calls delay the other calls of their client: \(error)")
            perform()
        }
    }

    private func raise(
        _ exception: PythonException,
        _ request: ReceivedMessage,
        _ serializer: SerializerID
    ) throws(MessageError) {
        var reply = request.reply(.result, .exception)
        // Pyro4 sends no correlation id with exceptions.
        reply.annotations = Annotations()
        do {
            try server.format(serializer).encode(.exception(exception), to: &reply.payload)
        } catch {
            reply.payload = Segments()
            let text = "Error serializing exception: \(error). Original exception: \(exception)"
            try? server.format(serializer).encode(.exception(.pyro("PyroError", text)), to: &reply.payload)
        }
        try connection.send(reply)
    }
}

extension ClientSession {
    /// Performs the handshake.
    ///
    /// Returns whether the client is accepted.
    func handshake() throws(MessageError) -> Bool {
        let request: ReceivedMessage?
        do {
            try connection.secure(as: .server)
            request = try connection.receive()
        } catch .cutShort, .timedOut {
            return false
        } catch .noSSL {
            // Read first, for the same reason as in `refuse(_:_:_:within:)`.
            return try refuse("this server requires SSL", try? connection.receive())
        } catch .ssl(let text) {
            let isLogin = text.contains("certificate") && !text.contains("alert")
            logRefusal("SSL: \(text)", isLogin ? .warning : .info)
            return false
        } catch {
            let isLogin = [.hmacMismatch, .hmacAsymmetric].contains(error)
            return try refuse(error.description, level: isLogin ? .warning : .info)
        }
        guard let request else { return false }
        guard request.header.type == .connect else {
            return try refuse("invalid msg type \(request.header.type.rawValue) received", request)
        }
        guard let serializer = accepted(request.header.serializer) else {
            return try refuse(
                "message used serializer that is not accepted: \(request.header.serializer)",
                request
            )
        }
        do {
            try greet(request, serializer)
            return true
        } catch let error as PythonException {
            return try refuse(error.text, request, serializer)
        } catch let error as SerializerError {
            return try refuse(error.message, request, serializer)
        } catch let error as MessageError {
            throw error
        } catch {
            return try refuse("\(error)", request, serializer)
        }
    }

    private func greet(_ request: ReceivedMessage, _ serializer: SerializerID) throws {
        let value = try server.format(serializer).decode(try request.bytes)
        guard case .dict(let greeting) = value, greeting["handshake"] != nil else {
            throw PythonException("KeyError", "'handshake'")
        }
        if let refusal = server.refusal { throw PythonException.pyro("CommunicationError", refusal()) }
        context.end.noteConnecting(after: request.header.sequence)
        var answer = PythonValue.str("hello")
        if request.header.flags.contains(.metadata) {
            guard case .str(let id)? = greeting["object"] else { throw PythonException("KeyError", "'object'") }
            let metadata = try server.objects.find(id).metadata
            answer = .dict(["handshake": answer, "meta": metadata.value(asLists: true)])
        }
        var reply = request.reply(.connectOK, request.header.flags.intersection(.metadata))
        try server.format(serializer).encode(answer, to: &reply.payload)
        try connection.send(reply)
    }

    /// Sends the client the reason why it is refused.
    ///
    /// The default is marshal, which every client understands.
    private func refuse(
        _ text: String,
        _ request: ReceivedMessage? = nil,
        _ serializer: SerializerID = .marshal,
        level: Logger.Level = .info
    ) throws(MessageError) -> Bool {
        logRefusal(text, level)
        try answer(refusal: text, request, serializer)
        return false
    }

    /// Logs why the client is refused: a failed login as a warning.
    private func logRefusal(_ text: String, _ level: Logger.Level) {
        let text = text.shown(300)
        server.refusals.write("\(context.client.hostName) \(text)", level, "\(name) refused: \(text)")
    }

    private func answer(
        refusal text: String,
        _ request: ReceivedMessage?,
        _ serializer: SerializerID = .marshal
    ) throws(MessageError) {
        var reply = request?.reply(.connectFail) ?? Message(type: .connectFail, sequence: 0, serializer: 0)
        reply.serializer = serializer.rawValue
        // Every serializer can write a text.
        try? server.format(serializer).encode(.str(text), to: &reply.payload)
        try connection.send(reply)
    }

    /// Refuses a client without serving it.
    static func refuse(_ socket: Socket, _ server: PyroServer, _ reason: String, within limit: Duration) {
        let session = ClientSession(socket, number: 0, .none, ConnectionEnd(), handshakeWithin: limit, server)
        // Read first: closing a connection with unread bytes resets it before the client sees the answer.
        try? session.connection.secure(as: .server)
        let request = try? session.connection.receive()
        try? session.answer(refusal: reason, request)
    }

    func accepted(_ number: UInt16) -> SerializerID? {
        SerializerID(rawValue: number).flatMap { server.options.serializers.contains($0) ? $0 : nil }
    }
}
