internal import COpenSSL
public import Pickle
public import Platform

/// The use of a client's connection for another protocol, from the reply of the present call on.
public final class ConnectionHandover: Sendable {
    private let body = Lock<(@Sendable (HandedConnection) -> Void)?>(nil)

    /// Whether messages on the connection are signed.
    public let isSigned: Bool

    public init(isSigned: Bool = false) { self.isSigned = isSigned }

    /// Hands the connection to a function once the present call has been answered; the connection ends with it.
    ///
    /// The function runs on the thread of the client.
    public func take(_ body: @escaping @Sendable (HandedConnection) -> Void) { self.body.withLock { $0 = body } }

    /// Forgets the function, since the call has failed.
    func cancel() { body.withLock { $0 = nil } }

    func taken() -> (@Sendable (HandedConnection) -> Void)? {
        body.withLock { body in
            defer { body = nil }
            return body
        }
    }
}

/// A client's connection after its Pyro messages: bytes in both directions, encrypted if the messages were.
///
/// Used by one thread.
public final class HandedConnection {
    private let connection: Connection

    init(_ connection: Connection) { self.connection = connection }

    /// The key by which messages were signed, if they were.
    public var signingKey: [UInt8]? { connection.hmacKey }

    /// Prepares the connection for images: at full speed on this machine, behind calls on a network.
    public func tuneForFrames() {
        guard case .tcp(let host, _)? = connection.socket.remoteEndpoint else { return }
        // bbr paces even connections within a machine.
        if Endpoint.isOfThisMachine(host) { return connection.socket.useCongestionControl("reno") }
        connection.socket.yieldAsBulk()
    }

    /// Waits for bytes, or for a signal; returns whether there may be bytes to read.
    public func wait(or wakeup: Wakeup, within limit: Duration) -> Bool {
        connection.hasPending || wakeup.wait(for: connection.socket.descriptor, within: limit)
    }

    /// The bytes that have arrived, waiting if there are none; nil at the end.
    public func readSome() throws -> [UInt8]? { try connection.readSome() }

    /// Writes bytes, waiting for as long as the client does not take them.
    public func write(_ parts: [Bytes]) throws { try connection.writeRaw(parts) }
}

/// The signature of a record of another protocol on a connection: HMAC-SHA-256.
public enum RecordSignature {
    public static let byteCount = 32

    /// Empty, which is never a valid signature, if there is not enough memory.
    public static func sign(_ parts: [Bytes], key: [UInt8]) -> [UInt8] {
        guard let context = unsafe hmac_new(key, key.count, "SHA256") else { return [] }
        defer { unsafe EVP_MAC_CTX_free(context) }
        for part in parts {
            unsafe part.withUnsafeBytes { bytes in
                _ = unsafe EVP_MAC_update(context, bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count)
            }
        }
        return unsafe [UInt8](unsafeUninitializedCapacity: byteCount) { target, count in
            guard unsafe EVP_MAC_final(context, target.baseAddress, &count, byteCount) == 1 else { return count = 0 }
        }
    }

    public static func isValid(_ signature: [UInt8], of parts: [Bytes], key: [UInt8]) -> Bool {
        let expected = sign(parts, key: key)
        guard expected.count == byteCount, signature.count == byteCount else { return false }
        // Takes the same time wherever the first difference is.
        return unsafe CRYPTO_memcmp(expected, signature, byteCount) == 0
    }
}
