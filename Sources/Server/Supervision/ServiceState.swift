/// How far a definition is served.
enum ServiceState: String, Sendable {
    /// There is no process: it is searched for, it waits for others, or for the next attempt.
    case waiting
    /// Its devices are being opened.
    case starting
    /// Clients can come.
    case serving
    /// Its process does not answer the supervisor any more.
    case notAnswering = "not answering"
}
