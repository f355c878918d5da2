public import Pickle

/// The rule for where a client may have data sent to.
///
/// Without one, any client could make the server connect to any address that the server reaches, and another computer
/// receive its images.
public enum CallBackRule: String, Sendable, Hashable, CaseIterable {
    /// Only to the computer of the client that asks for it.
    case own
    /// To any address.
    case any
}

extension CallBackRule {
    /// Whether a client may have data sent to a place.
    ///
    /// A host name is looked up, and one of its addresses must be the client's. A client on this machine may name any of
    /// the machine's own addresses, whichever of them it used to connect. Clients without an address use a Unix socket
    /// or are part of this process.
    public func permits(_ place: Endpoint, for client: Endpoint?) -> Bool {
        guard self == .own, let address = ClientAddress(client) else { return true }
        let isHere = Endpoint.isOfThisMachine(client)
        guard case .tcp(let host, _) = place else { return isHere }
        let found = (try? Endpoint.hosts(at: host)) ?? []
        return found.contains { ClientAddress($0) == address }
            || isHere && found.contains { Endpoint.isOfThisMachine(.tcp(host: $0, port: 0)) }
    }
}
