internal import Pickle

/// A socket that carries messages, for the one thread that reads it and the one that writes.
final class Connection {
    let socket: Socket
    /// The socket, or SSL over it.
    private var stream: any ByteStream
    private let options: WireOptions
    /// What has been read from the socket and not been taken yet: `buffer[start..<end]`.
    private var buffer: [UInt8]
    private var (start, end) = (0, 0)

    /// When the other end must have said who it is, until it has.
    private var deadline: ContinuousClock.Instant?

    /// - Parameter limit: how long the first message may take as a whole; it must also fit the buffer.
    init(_ socket: Socket, _ options: WireOptions, greetingWithin limit: Duration) {
        self.socket = socket
        stream = socket
        self.options = options
        deadline = .now + limit
        // Most messages come whole with one read of this size.
        buffer = [UInt8](repeating: 0, count: 16 << 10)
    }

    /// The other end is known: from now on messages are of any size and come when they like, or within a limit each.
    func greeted(readingWithin limit: Duration?) {
        deadline = nil
        socket.limitReading(to: limit)
    }

    private func limitReadingToDeadline() throws(MessageError) {
        guard let deadline else { return }
        let remaining = deadline - .now
        guard remaining > .milliseconds(1) else { throw .timedOut }
        socket.limitReading(to: remaining)
    }

    /// Encrypts what follows, if the options say so.
    ///
    /// - Throws: ``MessageError/noSSL(_:)`` if the other end speaks Pyro at once, after which it can be answered as it asked.
    func secure(as role: SSLRole) throws(MessageError) {
        guard let context = options.ssl else { return }
        let stream = try SSLStream(socket, context, as: role)
        do throws(MessageError) {
            repeat { try limitReadingToDeadline() } while try !stream.handshake()
        } catch {
            if case .noSSL(let bytes) = error {
                buffer.replaceSubrange(..<bytes.count, with: bytes)
                (start, end) = (0, bytes.count)
            }
            throw error
        }
        self.stream = stream
    }

    // MARK: Sending

    func send(_ message: Message) throws(MessageError) {
        var (flags, payload) = (message.flags, message.payload)
        // Exceptions are never compressed, as from Pyro, and what a ping carries has nothing to say.
        if options.compresses, !flags.contains(.exception), message.type != .ping,
            let deflated = Compression.deflated(payload)
        {
            payload = deflated
            flags.insert(.compressed)
        }
        var annotations = message.annotations
        if let key = options.hmacKey {
            annotations[Signature.id] = Signature.sign(payload.parts, annotations, key: key)
        }
        let header = MessageHeader(
            type: message.type,
            flags: flags,
            sequence: message.sequence,
            serializer: message.serializer,
            payloadLength: payload.byteCount,
            annotationsLength: annotations.byteCount
        )
        guard payload.byteCount <= Int(Int32.max) else {
            throw .tooLong(payload.byteCount, limit: Int(Int32.max))
        }
        var head: [UInt8] = []
        header.write(to: &head)
        if !annotations.isEmpty { head += annotations.bytes }
        try write(head, payload.parts[...])
    }

    /// Writes the header in one piece with what follows it, if that is short: most messages are one small write.
    private func write(_ head: [UInt8], _ parts: ArraySlice<Bytes>) throws(MessageError) {
        guard let first = parts.first, first.count < Segments.separateFrom else {
            return try stream.write([Bytes(head)] + parts)
        }
        var head = head
        unsafe first.withUnsafeBytes { unsafe head.append(contentsOf: $0) }
        guard parts.count > 1 else { return try stream.write(head) }
        try stream.write([Bytes(head)] + parts.dropFirst())
    }

    // MARK: Receiving

    /// The next message, waited for; nil when the other end has closed the connection between two messages.
    func receive() throws(MessageError) -> ReceivedMessage? {
        guard try fill(MessageHeader.byteCount) else { return nil }
        let maximum = deadline == nil ? options.maximumLength : min(options.maximumLength, buffer.count)
        let header = try MessageHeader(buffer[start..<end], maximumLength: maximum)
        start += MessageHeader.byteCount
        let annotations =
            header.annotationsLength == 0
            ? Annotations() : try Annotations(try read(header.annotationsLength)[...])
        let payload = try read(header.payloadLength)
        try checkSignature(payload, annotations)
        return ReceivedMessage(header: header, annotations: annotations, payload: inflate(payload, header.flags))
    }

    private func checkSignature(_ payload: [UInt8], _ annotations: Annotations) throws(MessageError) {
        switch (options.hmacKey, annotations[Signature.id]) {
        case (nil, nil): return
        case (let key?, let signature?):
            guard Signature.isValid(signature, of: [Bytes(payload)], annotations, key: key) else {
                throw .hmacMismatch
            }
        default: throw .hmacAsymmetric
        }
    }

    private func inflate(_ payload: [UInt8], _ flags: MessageFlags) -> ReceivedMessage.Payload {
        guard flags.contains(.compressed) else { return .bytes(payload[...]) }
        guard let inflated = Compression.inflated(payload[...], limit: options.maximumLength) else {
            return .damaged("the compressed payload is damaged, or longer than \(options.maximumLength) bytes")
        }
        return .bytes(inflated[...])
    }

    /// Makes sure of that many bytes in the buffer; false if the stream ends before the first of them.
    private func fill(_ count: Int) throws(MessageError) -> Bool {
        if start == end { (start, end) = (0, 0) }
        if start + count > buffer.count {
            buffer.replaceSubrange(0..<(end - start), with: buffer[start..<end])
            (start, end) = (0, end - start)
        }
        while end - start < count {
            try limitReadingToDeadline()
            guard let arrived = try stream.read(into: &buffer, from: end, upTo: buffer.count) else { continue }
            guard arrived > 0 else {
                guard end == start else {
                    throw MessageHeader.isSSL(buffer[start..<end]) ? .unexpectedSSL : .cutShort
                }
                return false
            }
            end += arrived
        }
        return true
    }

    private func take(_ count: Int) -> [UInt8] {
        defer { start += count }
        return Array(buffer[start..<(start + count)])
    }

    private func read(_ count: Int) throws(MessageError) -> [UInt8] {
        if count <= end - start { return take(count) }
        if count <= buffer.count {
            guard try fill(count) else { throw .cutShort }
            return take(count)
        }
        let begun = take(end - start)
        return try stream.read(count, begunWith: begun)
    }
}
