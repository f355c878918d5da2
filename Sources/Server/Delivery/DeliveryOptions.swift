public import Pyro

/// How data reach clients, and how much of them may wait.
public struct DeliveryOptions: Sendable {
    public var method = DeliveryMethod.batch
    /// How many data may wait for a client before the oldest give way.
    public var queueLength = 32
    /// How the client is connected to.
    public var client = ClientOptions()

    public init() {
        client.congestionControl = "reno"
        client.sendBuffer = 4 << 20
        client.callLimit = .seconds(30)
    }
}
