public import Pickle
public import Pyro

/// How to connect to devices.
public struct ConnectionOptions: Sendable {
    /// The key that signs messages, if the server has one.
    public var hmacKey: [UInt8]?
    /// The certificates, if servers and name servers are reached with SSL.
    ///
    /// To receive data, which come with SSL as well, it needs a certificate with the address that servers send to; for all
    /// else the authorities are enough.
    public var ssl: SSLContext?
    /// How long connecting may take.
    public var connectLimit = Duration.seconds(10)
    /// How long a call may take; nil for as long as the device takes, such as a stage with a long way to go.
    public var callLimit: Duration?
    /// How long to try again to connect to a server that has been there before, such as one that is restarting.
    public var reconnectLimit = Duration.seconds(10)
    /// The name server that knows names without a place of their own, as in `PYRONAME:RedCamera`.
    public var nameServer = NameServer.standardPlace
    /// The name or address of this machine that servers send data to; nil for the one by which it reaches the server.
    public var listenHost: String?
    /// The port that servers send data to, the same for all; 0 for a free one for each stream of data.
    public var listenPort = 0

    public init() {}

    /// The same for the connections below.
    var client: ClientOptions {
        var options = ClientOptions()
        options.wire.hmacKey = hmacKey
        options.wire.ssl = ssl
        options.wire.maximumLength = Int(Int32.max)
        options.connectLimit = connectLimit
        options.callLimit = callLimit
        return options
    }
}
