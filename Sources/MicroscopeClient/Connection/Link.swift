internal import Avahi
internal import Pickle
internal import Pyro
internal import Threads

/// A connection of one thread's to an object, which finds the object again after its server has restarted.
final class Link {
    let address: PyroURI
    private let options: ConnectionOptions
    private let limits: ClientOptions
    private var client: PyroClient?
    /// Whether it was connected once, so that the object is known to be there as a rule.
    private(set) var hasConnected: Bool

    init(_ address: PyroURI, _ options: ConnectionOptions, callLimit: Duration?? = nil, hasConnected: Bool = false) {
        self.address = address
        self.options = options
        var limits = options.client
        if let callLimit { limits.callLimit = callLimit }
        self.limits = limits
        self.hasConnected = hasConnected
    }

    /// The client, if it is connected.
    var current: PyroClient? { client.flatMap { $0.isConnected ? $0 : nil } }

    /// A client that is connected.
    ///
    /// Trying again to connect does no harm, since nothing has been asked yet; whether a call that was under way when
    /// the connection ended may be made again, only the caller knows.
    func connected() throws -> PyroClient {
        let end = ContinuousClock.now + (hasConnected ? options.reconnectLimit : .zero)
        while true {
            do {
                let client = try self.client ?? PyroClient(place(), options: limits)
                self.client = client
                _ = try client.metadata
                hasConnected = true
                return client
            } catch {
                // By its name an object is found wherever it has gone.
                client = nil
                guard Self.mayPass(error), ContinuousClock.now < end else { throw error }
                Pause.wait(for: .milliseconds(50))
            }
        }
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case ClientError.unreachable, ClientError.lost, ClientError.timedOut, ClientError.rejected: true
        // A device whose server is restarting is not announced.
        case is AvahiError: true
        default: false
        }
    }

    /// Where the object is, by its URI, by what a name server knows, or by what is announced in the local network.
    private func place() throws -> PyroURI {
        guard address.scheme == "PYRONAME" else { return try AnnouncedDevice.locate(address) }
        let place = address.location ?? options.nameServer
        guard let uri = try NameServer(at: place, options: limits).find(address.object) else {
            throw CallFailure(
                address.text,
                "",
                .address("the name server at \(Endpoint(place)) does not know '\(address.object)'")
            )
        }
        return uri
    }
}
