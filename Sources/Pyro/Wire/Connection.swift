internal import CZlib
internal import Pickle

/// A connection that carries messages, for one reading and one writing thread.
final class Connection {
    let socket: Socket
    /// The socket, or SSL over it.
    private var stream: any ByteStream
    private let options: WireOptions
    /// Received bytes; those not used yet are `buffer[start..<end]`.
    private var buffer: [UInt8]
    private var (start, end) = (0, 0)

    /// The deadline of the handshake; nil after it.
    private var deadline: ContinuousClock.Instant?

    /// - Parameter limit: the time limit for the whole first message, which must also fit into the buffer.
    init(_ socket: Socket, _ options: WireOptions, greetingWithin limit: Duration) {
        self.socket = socket
        stream = socket
        self.options = options
        deadline = .now + limit
        // Most messages arrive completely with one read of this size.
        buffer = [UInt8](repeating: 0, count: 16 << 10)
    }

    /// Ends the handshake.
    ///
    /// From now on messages may have any size, and each may take as long as the limit allows.
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

    /// Encrypts the connection from now on, if the options contain certificates.
    ///
    /// - Throws: ``MessageError/noSSL(_:)`` if the other end begins without SSL. It can still be answered without SSL.
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

    // MARK: Another protocol

    /// Whether bytes have arrived that were not read yet, apart from those in the socket.
    var hasPending: Bool { start < end || stream.hasPending }

    /// The bytes that have arrived, waiting if there are none; nil at the end of the stream.
    func readSome() throws(MessageError) -> [UInt8]? {
        if start < end { return take(end - start) }
        (start, end) = (0, 0)
        while true {
            guard let count = try stream.read(into: &buffer, from: 0, upTo: buffer.count) else { continue }
            return count == 0 ? nil : Array(buffer[..<count])
        }
    }

    /// Reads so many bytes that are not a message.
    func readRaw(_ count: Int) throws(MessageError) -> [UInt8] { try read(count) }

    /// Writes bytes that are not a message.
    func writeRaw(_ parts: [Bytes]) throws(MessageError) { try stream.write(parts) }

    var hmacKey: [UInt8]? { options.hmacKey }

    // MARK: Sending

    func send(_ message: Message) throws(MessageError) {
        var (flags, payload) = (message.flags, message.payload)
        // As in Pyro, exceptions are never compressed. The content of a ping has no meaning.
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

    /// Writes the header together with a short payload, so that most messages take one small write.
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

    /// Waits for the next message.
    ///
    /// Nil if the other end has closed the connection between two messages.
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

    /// Reads until the buffer has this many bytes.
    ///
    /// Returns false if the stream ends before the first of them.
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

/// A blocking stream of bytes in both directions: a socket, or SSL over a socket.
protocol ByteStream {
    /// Whether there are received bytes that the socket does not know of.
    var hasPending: Bool { get }

    /// Reads the bytes that have arrived, waiting once if there are none. Returns 0 at the end of the stream and nil if not
    /// even one byte could be decrypted yet.
    func read(into bytes: inout [UInt8], from start: Int, upTo end: Int) throws(MessageError) -> Int?

    /// Reads a known number of bytes, of which some have been read already.
    func read(_ count: Int, begunWith begun: [UInt8]) throws(MessageError) -> [UInt8]

    /// Writes contiguous bytes.
    func write(_ bytes: [UInt8]) throws(MessageError)

    /// Writes all parts in order without copying them.
    func write(_ parts: [Bytes]) throws(MessageError)
}

/// The options of a connection, the same for both ends.
public struct WireOptions: Sendable, Equatable {
    /// The shared key, if messages are signed.
    public var hmacKey: [UInt8]?
    /// Whether to compress payloads that become shorter.
    ///
    /// Received messages may always be compressed.
    public var compresses = false
    /// The greatest length of a received message in bytes, before and after decompression.
    public var maximumLength = 256 << 20
    /// The protocol number at the beginning of pickles.
    ///
    /// Old clients refuse the default.
    public var pickleProtocol: UInt8 = 4
    /// The certificates, if connections are encrypted.
    ///
    /// Connections through Unix sockets never are.
    public var ssl: SSLContext?

    public init() {}
}

/// Compression of payloads with zlib.
enum Compression {
    /// Payloads shorter than this are not compressed, as in Pyro.
    private static let threshold = 200

    /// The compressed payload, or nil if it would not be shorter.
    static func deflated(_ payload: Segments) -> Segments? {
        guard payload.byteCount >= threshold else { return nil }
        let source = payload.joined()
        var length = uLong(source.count)
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: source.count) { target, count in
            let status = unsafe compress(target.baseAddress, &length, source, uLong(source.count))
            count = status == Z_OK ? Int(length) : 0
        }
        guard !bytes.isEmpty, bytes.count < source.count else { return nil }
        var deflated = Segments()
        deflated.append(Bytes(bytes))
        return deflated
    }

    /// The decompressed bytes, or nil if they are not one complete zlib stream or exceed the limit.
    static func inflated(_ bytes: ArraySlice<UInt8>, limit: Int) -> [UInt8]? {
        // A stream does not begin with its length, so the buffer grows as needed.
        var room = min(limit, max(bytes.count * 4, 4096))
        while true {
            let (status, result) = attempt(bytes, room: room)
            switch status {
            case Z_OK: return result
            case Z_BUF_ERROR where room < limit: room = min(limit, room * 4)
            default: return nil
            }
        }
    }

    private static func attempt(_ bytes: ArraySlice<UInt8>, room: Int) -> (status: Int32, [UInt8]) {
        var status = Z_DATA_ERROR
        let result = unsafe [UInt8](unsafeUninitializedCapacity: room) { target, count in
            unsafe bytes.withUnsafeBufferPointer { source in
                var (length, taken) = (uLong(room), uLong(source.count))
                status = unsafe uncompress2(target.baseAddress, &length, source.baseAddress, &taken)
                count = status == Z_OK ? Int(length) : 0
                if status == Z_OK, Int(taken) != source.count { status = Z_DATA_ERROR }
            }
        }
        return (status, result)
    }
}

/// The fastest level of zlib, for data whose sender must not wait long.
public enum FastZlib {
    /// The compressed bytes, or nil if they would not be shorter.
    public static func deflated(_ bytes: [UInt8]) -> [UInt8]? {
        var length = uLong(bytes.count)
        let result = unsafe [UInt8](unsafeUninitializedCapacity: bytes.count) { target, count in
            let status = unsafe compress2(target.baseAddress, &length, bytes, uLong(bytes.count), 1)
            count = status == Z_OK ? Int(length) : 0
        }
        return result.isEmpty || result.count >= bytes.count ? nil : result
    }
}
