internal import Glibc
internal import Pickle

/// A client's connection after its handshake.
final class Channel {
    private let connection: Connection
    private let serializer: SerializerID
    private let options: WireOptions
    private var sequence: UInt16 = 0
    private(set) var metadata = ObjectMetadata(methods: [])

    init(_ uri: PyroURI, _ options: ClientOptions) throws {
        guard let endpoint = uri.location else { throw ClientError.noPlace(uri.text) }
        serializer = options.serializer
        self.options = options.wire
        let start = ContinuousClock.now
        do {
            let socket = try Socket.connect(to: endpoint, within: options.connectLimit) { socket, isLocal in
                options.prepare(socket, isLocal)
            }
            let limit = options.handshakeLimit ?? options.connectLimit - (.now - start)
            connection = Connection(socket, options.wire, greetingWithin: limit)
        } catch {
            throw Self.isRefusal(error, endpoint)
                ? ClientError.refused(error.description) : ClientError.unreachable(error.description)
        }
        connection.socket.limitWriting(to: options.callLimit, watchingNetwork: options.carriesFrames)
        try secure(endpoint)
        try greet(uri.object, options.handshake)
        connection.greeted(readingWithin: options.callLimit)
        if options.handshakeLimit != nil { connection.socket.tuneForCalls() }
    }

    /// The connection, for another protocol from now on.
    func handedOver(silence: Duration) -> Connection {
        connection.greeted(readingWithin: silence)
        return connection
    }

    /// Whether the connection is open, as far as can be known without sending anything.
    var isOpen: Bool { connection.socket.isOpen }

    /// Whether the other machine answers, as far as can be known without sending anything.
    var networkAnswers: Bool { connection.socket.networkAnswers }

    /// The number of bytes that were sent.
    var written: Int { connection.socket.written }
    /// The number of those that the other machine has confirmed.
    var acknowledged: Int { connection.socket.acknowledged }

    /// Drops what is not sent yet when the connection is closed.
    func discardUnsent() { connection.socket.discardUnsent() }

    /// The local address, if it has one.
    var localEndpoint: Endpoint? { connection.socket.localEndpoint }

    /// Whether the other end is on this machine.
    var isLocal: Bool {
        switch (connection.socket.localEndpoint, connection.socket.remoteEndpoint) {
        case (.tcp(let here, _)?, .tcp(let there, _)?): here == there
        case (.unix?, _), (_, .unix?): true
        default: false
        }
    }

    /// Whether nothing listens at an endpoint, as far as its machine says.
    private static func isRefusal(_ error: SocketError, _ endpoint: Endpoint) -> Bool {
        if case .unix = endpoint, error.code == ENOENT { return true }
        return error.code == ECONNREFUSED
    }

    private func secure(_ endpoint: Endpoint) throws(ClientError) {
        guard case .tcp(let host, _) = endpoint else { return }
        do { try connection.secure(as: .client(host: host)) } catch {
            throw .unreachable("connect to \(endpoint): \(error)")
        }
    }

    private func greet(_ object: String, _ handshake: PythonValue) throws {
        var message = Message(type: .connect, flags: .metadata, sequence: 0, serializer: serializer.rawValue)
        let greeting = PythonValue.dict(["handshake": handshake, "object": .str(object)])
        try serializer.serializer(claiming: options.pickleProtocol).encode(greeting, to: &message.payload)
        try connection.send(message)
        guard let answer = try connection.receive() else {
            throw ClientError.rejected("the server closed the connection")
        }
        let value = try decode(answer)
        switch answer.header.type {
        case .connectOK: metadata = ObjectMetadata(greeting: value)
        case .connectFail:
            if case .str(let text) = value { throw ClientError.rejected(text) }
            fallthrough
        default: throw ClientError.outOfStep("message of type \(answer.header.type) instead of a greeting")
        }
    }

    /// Sends a call and waits for its result.
    func call(_ call: WireCall) throws -> PythonValue {
        try send(call, [])
        guard let reply = try connection.receive() else { throw ClientError.lost("the server closed it") }
        guard reply.header.type == .result else {
            throw ClientError.outOfStep("message of type \(reply.header.type) instead of a reply")
        }
        guard reply.header.sequence == sequence else {
            throw ClientError.outOfStep("reply \(reply.header.sequence) instead of \(sequence)")
        }
        let value = try decode(reply)
        guard reply.header.flags.contains(.exception) else { return value }
        if reply.header.flags.contains(.itemStream) {
            throw PythonException.pyro("ProtocolError", "\(call.method)() returns an iterator, which is not supported")
        }
        throw exception(value)
    }

    /// The exception to throw for a reply.
    private func exception(_ value: PythonValue) -> PythonException {
        switch value {
        case .exception(let exception): return exception
        case .opaque(let object):
            // Of a class that every Python client knows, since this exception may be passed on to one.
            var exception = PythonException("RuntimeError", PythonException(object.type, object.arguments).description)
            if case .dict(let attributes)? = object.state.first {
                exception.attributes["_pyroTraceback"] = attributes["_pyroTraceback"]
            }
            return exception
        default:
            return PythonException("TypeError", "exceptions must derive from BaseException, not \(value.typeName)")
        }
    }

    /// Sends a call with these flags.
    func send(_ call: WireCall, _ flags: MessageFlags) throws {
        sequence &+= 1
        var message = Message(type: .invoke, flags: flags, sequence: sequence, serializer: serializer.rawValue)
        try serializer.serializer(claiming: options.pickleProtocol).encodeCall(call, to: &message.payload)
        try connection.send(message)
    }

    /// Sends a ping with this many bytes and waits for the answer.
    func ping(carrying count: Int) throws {
        sequence &+= 1
        var message = Message(type: .ping, sequence: sequence, serializer: serializer.rawValue)
        // One piece repeated: even a large ping takes little memory.
        let piece = [UInt8](repeating: 0, count: 1 << 16)
        let (pieces, rest) = count.quotientAndRemainder(dividingBy: piece.count)
        for _ in 0..<pieces { message.payload.append(Bytes(piece)) }
        message.payload.append(Bytes(piece[..<rest]))
        try connection.send(message)
        guard let answer = try connection.receive() else { throw ClientError.lost("the server closed it") }
        guard answer.header.type == .ping else {
            throw ClientError.outOfStep("message of type \(answer.header.type) instead of a ping")
        }
    }

    private func decode(_ message: ReceivedMessage) throws -> PythonValue {
        guard let id = SerializerID(rawValue: message.header.serializer) else {
            throw ClientError.outOfStep("invalid serializer in response: \(message.header.serializer)")
        }
        // An exception from a Python server may have any class and is worth showing even if the class is unknown.
        return try id.serializer.decode(
            try message.bytes,
            unknownClasses: message.header.flags.contains(.exception) ? .opaque : .refused
        )
    }
}

extension ObjectMetadata {
    /// Reads the answer to a handshake.
    ///
    /// Without metadata the answer is a text.
    fileprivate init(greeting: PythonValue) {
        guard case .dict(let answer) = greeting, case .dict(let metadata)? = answer["meta"] else {
            self.init(methods: [])
            return
        }
        func names(_ key: PythonValue) -> [String] {
            switch metadata[key] {
            case .list(let items)?, .tuple(let items)?, .set(let items)?, .frozenset(let items)?:
                items.compactMap { if case .str(let name) = $0 { name } else { nil } }
            default: []
            }
        }
        self.init(methods: names("methods"), oneway: names("oneway"), attributes: names("attrs"))
    }
}
