internal import Pickle

/// A received message.
///
/// Its payload is decompressed but not decoded.
struct ReceivedMessage: Sendable {
    var header: MessageHeader
    var annotations: Annotations
    var payload: Payload

    enum Payload: Sendable {
        case bytes(ArraySlice<UInt8>)
        /// The payload could not be decompressed: an error for the caller, but the connection continues.
        case damaged(String)
    }
}

/// A message to send.
struct Message: Sendable {
    var type: MessageType
    var flags: MessageFlags = []
    var sequence: UInt16
    var serializer: UInt16
    var annotations = Annotations()
    var payload = Segments()
}

/// The 24 bytes at the beginning of each message.
struct MessageHeader: Sendable, Equatable {
    static let byteCount = 24

    var type: MessageType
    var flags: MessageFlags
    var sequence: UInt16
    /// The number of the serializer, which may be unknown.
    var serializer: UInt16
    var payloadLength: Int
    var annotationsLength: Int

    private static let magic: [UInt8] = Array("PYRO".utf8)
    private static let version: UInt16 = 48
    private static let secret: UInt16 = 0x34E9

    /// Pyro's checksum of the header.
    ///
    /// It wraps around as Python's does with its mask.
    private var checksum: UInt16 {
        type.rawValue &+ Self.version &+ UInt16(truncatingIfNeeded: payloadLength)
            &+ UInt16(truncatingIfNeeded: annotationsLength) &+ serializer &+ flags.rawValue &+ sequence &+ Self.secret
    }

    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    /// Appends the header to bytes, and reserves room for the rest of the message.
    func write(to bytes: inout [UInt8]) {
        bytes.reserveCapacity(bytes.count + Self.byteCount + min(payloadLength, 4096) + annotationsLength)
        bytes += Self.magic
        func append(_ number: UInt16) {
            bytes.append(UInt8(number >> 8))
            bytes.append(UInt8(number & 0xFF))
        }
        append(Self.version)
        append(type.rawValue)
        append(flags.rawValue)
        append(sequence)
        let length = UInt32(truncatingIfNeeded: payloadLength)
        append(UInt16(length >> 16))
        append(UInt16(length & 0xFFFF))
        append(serializer)
        append(UInt16(truncatingIfNeeded: annotationsLength))
        append(0)
        append(checksum)
    }
}

extension MessageHeader {
    /// Whether the bytes begin an SSL record: an alert or a greeting, whose version always begins with 3.
    static func isSSL(_ bytes: ArraySlice<UInt8>) -> Bool {
        guard let kind = bytes.first, let version = bytes.dropFirst().first else { return false }
        return (kind == 0x15 || kind == 0x16) && version == 3
    }

    /// Reads a header from at least 24 bytes.
    ///
    /// Throws if it is not a Pyro header or the message is too long.
    init(_ bytes: ArraySlice<UInt8>, maximumLength: Int) throws(MessageError) {
        func number(_ offset: Int) -> UInt16 {
            UInt16(bytes[bytes.startIndex + offset]) << 8 | UInt16(bytes[bytes.startIndex + offset + 1])
        }
        guard bytes.prefix(4).elementsEqual(Self.magic), number(4) == Self.version else {
            throw Self.isSSL(bytes) ? .unexpectedSSL : .notPyro
        }
        let length = Int(number(12)) << 16 | Int(number(14))
        let annotationsLength = Int(number(18))
        // Computed from the raw type, so that the checksum is checked before the type.
        let sum =
            number(6) &+ Self.version &+ UInt16(truncatingIfNeeded: length) &+ number(18) &+ number(16) &+ number(8)
            &+ number(10) &+ Self.secret
        guard sum == number(22) else { throw .badChecksum }
        guard let type = MessageType(rawValue: number(6)) else { throw .unknownType(number(6)) }
        guard length + annotationsLength <= min(maximumLength, Int(Int32.max)) else {
            throw .tooLong(length + annotationsLength, limit: maximumLength)
        }
        self.init(
            type: type,
            flags: MessageFlags(rawValue: number(8)),
            sequence: number(10),
            serializer: number(16),
            payloadLength: length,
            annotationsLength: annotationsLength
        )
    }
}

/// The purpose of a message.
enum MessageType: UInt16, Sendable {
    case connect = 1, connectOK, connectFail, invoke, result, ping
}

/// The flags of a message.
///
/// Others have no meaning.
struct MessageFlags: OptionSet, Sendable {
    let rawValue: UInt16

    /// The payload is an exception to raise.
    static let exception = MessageFlags(rawValue: 1)
    /// The payload is one zlib stream.
    static let compressed = MessageFlags(rawValue: 2)
    /// No reply is expected, even after an error.
    static let oneway = MessageFlags(rawValue: 4)
    /// The payload contains several calls or their results.
    static let batch = MessageFlags(rawValue: 8)
    /// The handshake requests or contains metadata.
    static let metadata = MessageFlags(rawValue: 16)
    /// The result is an iterator whose items the client fetches.
    static let itemStream = MessageFlags(rawValue: 32)
    /// The payload is passed on without decoding.
    static let keepSerialized = MessageFlags(rawValue: 64)
}

/// The reason why a message was refused.
///
/// The connection cannot continue after it.
package enum MessageError: Error, Equatable, CustomStringConvertible {
    case notPyro
    case badChecksum
    case unknownType(UInt16)
    case tooLong(Int, limit: Int)
    case badAnnotations
    case hmacAsymmetric
    case hmacMismatch
    /// The connection ended in the middle of a message.
    case cutShort
    case timedOut
    /// This end requires SSL, and the other end began without it, with these bytes.
    case noSSL([UInt8])
    /// The other end began with SSL, which this end does not use.
    case unexpectedSSL
    /// The SSL handshake or the encrypted connection failed.
    case ssl(String)
    /// An error of the socket, as its `errno`.
    case socket(Int32)

    /// The message.
    ///
    /// Texts that clients receive are Pyro's.
    package var description: String {
        switch self {
        case .notPyro: "invalid data or unsupported protocol version"
        case .badChecksum: "header checksum mismatch"
        case .unknownType(let type): "invalid msg type \(type) received"
        case .tooLong(let length, let limit): "message of \(length) bytes is longer than the limit of \(limit)"
        case .badAnnotations: "annotations do not fill their area"
        case .hmacAsymmetric: "hmac key config not symmetric"
        case .hmacMismatch: "message hmac mismatch"
        case .cutShort: "connection lost in the middle of a message"
        case .timedOut: "timed out"
        case .noSSL: "the other end does not use SSL, but this one does"
        case .unexpectedSSL: "the other end uses SSL, but this one does not"
        case .ssl(let text): "SSL: \(text)"
        case .socket(let code): SocketError(code).description
        }
    }

    /// Whether the error is normal when programs end or networks fail, and needs no warning.
    var isUsual: Bool {
        switch self {
        case .cutShort, .timedOut, .socket: true
        case .notPyro, .badChecksum, .unknownType, .tooLong, .badAnnotations, .hmacAsymmetric, .hmacMismatch, .noSSL,
            .unexpectedSSL, .ssl:
            false
        }
    }
}

extension ReceivedMessage {
    /// The payload.
    ///
    /// Throws if it is damaged.
    var bytes: ArraySlice<UInt8> {
        get throws(PythonException) {
            switch payload {
            case .bytes(let bytes): return bytes
            case .damaged(let text): throw .pyro("PyroError", text)
            }
        }
    }

    /// A reply with this message's sequence number, serializer and correlation id.
    func reply(_ type: MessageType, _ flags: MessageFlags = []) -> Message {
        var reply = Message(type: type, flags: flags, sequence: header.sequence, serializer: header.serializer)
        if !annotations.isEmpty, let id = annotations["CORR"], id.count == 16 { reply.annotations["CORR"] = id }
        return reply
    }
}
