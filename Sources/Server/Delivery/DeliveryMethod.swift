/// How data are pushed to a client.
public enum DeliveryMethod: String, Sendable, Codable, CaseIterable {
    /// As a oneway batch of one, which a Pyro4 client takes in order and without a new thread for each.
    case batch
    /// As a oneway call.
    case oneway
    /// As a call whose reply is waited for before the next.
    case reply
}
