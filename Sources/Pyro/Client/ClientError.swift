/// Why a call did not reach the object, or its result did not come back.
public enum ClientError: Error, Sendable, Equatable, CustomStringConvertible {
    /// No connection came about: no such host, nobody listens, no answer in time.
    case unreachable(String)
    /// The server does not want this client, or does not know the object.
    case rejected(String)
    /// The connection ended. Whether a call that was under way has been carried out is not known.
    case lost(String)
    /// No reply within the limit; the connection is closed.
    case timedOut
    /// What came back was no answer to what was asked.
    case outOfStep(String)
    /// The URI has no place in it, such as one that a name server would have to look up.
    case noPlace(String)

    public var description: String {
        switch self {
        case .unreachable(let text): text
        case .rejected(let text): "connection rejected: \(text)"
        case .lost(let text): "connection lost: \(text)"
        case .timedOut: "no reply within the limit"
        case .outOfStep(let text): text
        case .noPlace(let uri): "'\(uri)' does not say where the object is"
        }
    }
}
