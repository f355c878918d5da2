internal import Logging
internal import Pickle

extension ClientSession {
    /// Whether the client may stay.
    func handshake() throws(MessageError) -> Bool {
        let request: ReceivedMessage?
        do {
            try connection.secure(as: .server)
            request = try connection.receive()
        } catch .cutShort, .timedOut {
            return false
        } catch .noSSL {
            // Read first, as for lack of room.
            return try refuse("this server is only reached with SSL", try? connection.receive())
        } catch .ssl(let text) {
            server.log.info("client \(name) refused: SSL: \(text)")
            return false
        } catch {
            return try refuse(error.description)
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

    /// Tells the client why it is not served; in marshal, if it is not clear what else it understands.
    private func refuse(
        _ text: String,
        _ request: ReceivedMessage? = nil,
        _ serializer: SerializerID = .marshal
    ) throws(MessageError) -> Bool {
        server.log.info("client \(name) refused: \(text)")
        var reply = request?.reply(.connectFail) ?? Message(type: .connectFail, sequence: 0, serializer: 0)
        reply.serializer = serializer.rawValue
        // A text can be written in every serializer.
        try? server.format(serializer).encode(.str(text), to: &reply.payload)
        try connection.send(reply)
        return false
    }

    static func refuseForLackOfRoom(_ socket: Socket, _ server: PyroServer) {
        let session = ClientSession(socket, number: 0, server)
        // Read first: closing with unread bytes would reset the connection before the client sees the answer.
        try? session.connection.secure(as: .server)
        let request = try? session.connection.receive()
        _ = try? session.refuse("no free workers, increase server threadpool size", request)
    }

    func accepted(_ number: UInt16) -> SerializerID? {
        SerializerID(rawValue: number).flatMap { server.options.serializers.contains($0) ? $0 : nil }
    }
}
