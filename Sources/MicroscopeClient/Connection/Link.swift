internal import Avahi
internal import Pickle
internal import Platform
internal import Pyro

/// One thread's connection to an object, which reconnects after a restart of the server.
final class Link {
    let address: PyroURI
    private let options: ConnectionOptions
    private let limits: ClientOptions
    private var client: PyroClient?
    /// Whether it was connected before, so that the object is known to exist.
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
    /// Retrying the connection is harmless because nothing has been called yet. Only the caller knows whether a call that
    /// was in progress when the connection ended may be repeated.
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
                // Looked up by name again: the object may have moved.
                client = nil
                guard Self.mayPass(error), ContinuousClock.now < end else { throw error }
                Pause.wait(for: .milliseconds(50))
            }
        }
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case ClientError.unreachable, ClientError.refused, ClientError.lost, ClientError.timedOut, ClientError.rejected:
            true
        // A device is not announced while its server restarts.
        case is AvahiError: true
        default: false
        }
    }

    /// The object's location: from its URI, from a name server, or from an announcement in the local network.
    private func place() throws -> PyroURI {
        guard address.scheme == "PYRONAME" else { return try AnnouncedDevice.locate(address) }
        let place = address.location ?? options.nameServer
        guard let uri = try NameServer(at: place, options: limits).find(address.object) else {
            throw CallFailure(
                address.text,
                "",
                .address("the name server at \(place) does not know '\(address.object)'")
            )
        }
        return uri
    }
}
