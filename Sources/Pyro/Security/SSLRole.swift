/// Which end of a connection this is.
enum SSLRole {
    case server
    /// A client that wants to reach a host and no other.
    case client(host: String)
}
