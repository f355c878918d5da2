internal import COpenSSL
internal import Pickle

/// An encrypted socket.
///
/// OpenSSL works on memory, and the socket reads and writes as it does without SSL. Time limits, signals and lost
/// clients are handled there. Like a connection, a stream belongs to one thread at a time.
@safe final class SSLStream: ByteStream {
    private let socket: Socket
    private let ssl: OpaquePointer
    /// Received bytes before decryption, and encrypted bytes to send.
    ///
    /// Both belong to `ssl`.
    private let incoming, outgoing: OpaquePointer
    private var received = [UInt8](repeating: 0, count: 16 << 10)
    private var hasReceived = false

    /// The number of bytes to encrypt before sending: several records of 16 KiB.
    private static let piece = 64 << 10

    init(_ socket: Socket, _ context: SSLContext, as role: SSLRole) throws(MessageError) {
        guard let ssl = unsafe context.makeConnection(as: role) else { throw .ssl(OpenSSLError.text) }
        guard let incoming = unsafe BIO_new(BIO_s_mem()) else {
            unsafe SSL_free(ssl)
            throw .ssl("out of memory")
        }
        guard let outgoing = unsafe BIO_new(BIO_s_mem()) else {
            unsafe BIO_free(incoming)
            unsafe SSL_free(ssl)
            throw .ssl("out of memory")
        }
        unsafe SSL_set_bio(ssl, incoming, outgoing)
        self.socket = socket
        unsafe (self.ssl, self.incoming, self.outgoing) = unsafe (ssl, incoming, outgoing)
    }

    deinit { unsafe SSL_free(ssl) }

    /// Continues the handshake until it has waited for the other end once.
    ///
    /// Returns whether the handshake is done.
    ///
    /// - Throws: ``MessageError/noSSL(_:)`` with the received bytes if the other end begins without SSL.
    func handshake() throws(MessageError) -> Bool {
        ERR_clear_error()
        let status = unsafe SSL_do_handshake(ssl)
        if status == 1 {
            try flush()
            return true
        }
        guard unsafe SSL_get_error(ssl, status) == SSL_ERROR_WANT_READ else { throw failure() }
        let isFirst = !hasReceived
        try flush()
        let count = try receive()
        guard count > 0 else { throw .cutShort }
        // No SSL record begins with this byte.
        if isFirst, received[0] == UInt8(ascii: "P") { throw .noSSL(Array(received[..<count])) }
        return false
    }

    // MARK: Reading

    var hasPending: Bool { unsafe SSL_pending(ssl) > 0 || BIO_ctrl_pending(incoming) > 0 }

    func read(into bytes: inout [UInt8], from start: Int, upTo end: Int) throws(MessageError) -> Int? {
        let result = unsafe bytes.withUnsafeMutableBytes { bytes in
            unsafe decrypt(UnsafeMutableRawBufferPointer(rebasing: bytes[start..<end]))
        }
        return try next(result)
    }

    func read(_ count: Int, begunWith begun: [UInt8]) throws(MessageError) -> [UInt8] {
        var failure: MessageError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            filled = unsafe target.update(fromContentsOf: begun)
            while filled < count, failure == nil {
                let rest = unsafe UnsafeMutableRawBufferPointer(
                    rebasing: UnsafeMutableRawBufferPointer(target)[filled...]
                )
                do throws(MessageError) {
                    let arrived = try next(unsafe decrypt(rest))
                    if arrived == 0 { throw .cutShort }
                    filled += arrived ?? 0
                } catch { failure = error }
            }
        }
        if let failure { throw failure }
        return bytes
    }

    private enum Decrypted {
        case bytes(Int)
        case wantsMore
        case end
        case failure(MessageError)
    }

    @unsafe private func decrypt(_ target: UnsafeMutableRawBufferPointer) -> Decrypted {
        ERR_clear_error()
        var count = 0
        let status = unsafe SSL_read_ex(ssl, target.baseAddress, target.count, &count)
        if status == 1 { return .bytes(count) }
        switch unsafe SSL_get_error(ssl, status) {
        case SSL_ERROR_WANT_READ: return .wantsMore
        case SSL_ERROR_ZERO_RETURN: return .end
        default: return .failure(failure())
        }
    }

    /// The number of decrypted bytes.
    ///
    /// If there were none, waits for more and returns nil.
    private func next(_ decrypted: Decrypted) throws(MessageError) -> Int? {
        switch decrypted {
        case .bytes(let count): return count
        case .end: return 0
        case .failure(let error): throw error
        case .wantsMore:
            // OpenSSL may have to send something first, such as new keys.
            try flush()
            return try receive() > 0 ? nil : 0
        }
    }

    /// Waits for bytes, passes them to OpenSSL and returns their number.
    private func receive() throws(MessageError) -> Int {
        let count = try socket.read(into: &received, from: 0, upTo: received.count) ?? 0
        hasReceived = true
        guard count > 0 else { return 0 }
        guard unsafe BIO_write(incoming, received, Int32(count)) == count else { throw .ssl("out of memory") }
        return count
    }

    // MARK: Writing

    func write(_ bytes: [UInt8]) throws(MessageError) { try write([Bytes(bytes)]) }

    func write(_ parts: [Bytes]) throws(MessageError) {
        for part in parts {
            try unsafe part.withUnsafeBytes { bytes throws(MessageError) in try unsafe encrypt(bytes) }
        }
        try flush()
    }

    @unsafe private func encrypt(_ bytes: UnsafeRawBufferPointer) throws(MessageError) {
        var rest = unsafe bytes[...]
        while unsafe !rest.isEmpty {
            ERR_clear_error()
            let piece = unsafe UnsafeRawBufferPointer(rebasing: rest.prefix(Self.piece))
            var written = 0
            guard unsafe SSL_write_ex(ssl, piece.baseAddress, piece.count, &written) == 1 else { throw failure() }
            unsafe rest = unsafe rest.dropFirst(written)
            if unsafe BIO_ctrl_pending(outgoing) >= Self.piece { try flush() }
        }
    }

    /// Sends the bytes that OpenSSL has encrypted.
    private func flush() throws(MessageError) {
        let count = unsafe BIO_ctrl_pending(outgoing)
        guard count > 0 else { return }
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            filled = max(0, Int(unsafe BIO_read(outgoing, target.baseAddress, Int32(clamping: count))))
        }
        try socket.write(bytes)
    }

    /// The error, after sending the other end the alert for it.
    private func failure() -> MessageError {
        let text = OpenSSLError.text
        try? flush()
        let verdict = unsafe SSL_get_verify_result(ssl)
        guard verdict != X509_V_OK, let reason = unsafe X509_verify_cert_error_string(verdict) else {
            return .ssl(text)
        }
        return .ssl("\(text): \(unsafe String(cString: reason))")
    }
}
