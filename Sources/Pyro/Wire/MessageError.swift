/// Why a message could not be taken, after which its connection is of no use.
package enum MessageError: Error, Equatable, CustomStringConvertible {
    case notPyro
    case badChecksum
    case unknownType(UInt16)
    case tooLong(Int, limit: Int)
    case badAnnotations
    case hmacAsymmetric
    case hmacMismatch
    /// The other end has gone in the middle of a message.
    case cutShort
    case timedOut
    /// SSL was wanted, and the other end began without it; these are its first bytes.
    case noSSL([UInt8])
    /// The other end began with SSL, which is not wanted here.
    case unexpectedSSL
    /// SSL did not come about, or has broken down.
    case ssl(String)
    /// An error of the socket's, by its `errno`.
    case socket(Int32)

    /// The text, which is Pyro's where a client gets to see it.
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
        case .noSSL: "the other end does not use SSL, as this one does"
        case .unexpectedSSL: "the other end uses SSL, as this one does not"
        case .ssl(let text): "SSL: \(text)"
        case .socket(let code): SocketError(code).description
        }
    }

    /// Whether it is how programs end, or networks: nothing that anybody should look into.
    var isUsual: Bool {
        switch self {
        case .cutShort, .timedOut, .socket: true
        case .notPyro, .badChecksum, .unknownType, .tooLong, .badAnnotations, .hmacAsymmetric, .hmacMismatch, .noSSL,
            .unexpectedSSL, .ssl:
            false
        }
    }
}
