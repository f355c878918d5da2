internal import Glibc
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// A registration of devices with a Pyro name server, kept up by a thread of its own.
///
/// A missing name server is retried at longer and longer intervals; one that has restarted has forgotten all names, and
/// gets them again. Devices are served independently of all that.
final class NameRegistration: Sendable {
    private let uris: [PyroURI]
    private let names: NameServer
    private let log: Logger
    private let isEnding = Lock(false)
    private let thread = Lock<BlockingThread?>(nil)

    /// How long it may take to notice that the name server has ended the connection.
    private static let attention = Duration.seconds(1)
    /// How long an answer of the name server may take.
    private static let patience = Duration.seconds(5)

    /// Begins to register.
    ///
    /// - Parameter uris: the URIs of the devices, whose object ids are the names to register.
    init(_ uris: [PyroURI], at place: PyroURI.Location, wire: WireOptions, log: Logger) {
        var options = ClientOptions()
        options.wire = wire
        options.connectLimit = Self.patience
        options.callLimit = Self.patience
        self.uris = uris
        self.log = log
        names = NameServer(at: place, options: options)
        do {
            let thread = try BlockingThread.start("names") { [self] in run() }
            self.thread.withLock { $0 = thread }
        } catch { log.warning("\(text) not registered with the name server \(place): \(error)") }
    }

    /// Removes the registration; returns when that is done or has taken too long.
    func end() {
        isEnding.update { $0 = true }
        thread.withLock { $0 }?.join(within: Self.patience)
    }

    private func run() {
        var (backoff, hasWarned) = (Backoff(), false)
        while !shouldEnd(within: .zero) {
            do {
                for uri in uris { try names.register(uri.object, as: try reachable(uri)) }
                log.notice("\(text) registered with the name server \(names.place)")
                (backoff, hasWarned) = (Backoff(), false)
                while names.isConnected, !shouldEnd(within: Self.attention) {}
            } catch {
                // One warning is enough; attempts continue.
                if !hasWarned {
                    log.warning("\(text) not registered with the name server \(names.place): \(error)")
                }
                hasWarned = true
                _ = shouldEnd(within: backoff.delay())
            }
        }
        if names.isConnected { removeAll() }
    }

    private var text: String { uris.map(\.object).joined(separator: ", ") }

    private func shouldEnd(within limit: Duration) -> Bool {
        isEnding.wait(within: limit) { $0 ? true : nil } ?? false
    }

    private func removeAll() {
        for uri in uris {
            do {
                // Another server may have the name by now.
                guard try names.find(uri.object) == reachable(uri) else { continue }
                try names.remove(uri.object)
            } catch {
                log.warning("\(uri.object) is still registered with the name server \(names.place): \(error)")
            }
        }
    }

    /// The URI with a host that other machines can reach, in place of "all addresses".
    ///
    /// That is this machine's address towards the name server. For a name server on this machine, where that address would
    /// be useful only here, it is the machine's name.
    private func reachable(_ uri: PyroURI) throws -> PyroURI {
        guard case .tcp(let all, let port)? = uri.location, ["0.0.0.0", "::"].contains(all),
            case .tcp(let address, _)? = try names.localEndpoint
        else { return uri }
        let isLocal = address.hasPrefix("127.") || address == "::1"
        let host = isLocal ? Self.hostName ?? address : address
        return PyroURI(scheme: uri.scheme, object: uri.object, location: .tcp(host: host, port: port))
    }

    private static var hostName: String? {
        var name = [CChar](repeating: 0, count: 256)
        guard unsafe gethostname(&name, name.count - 1) == 0 else { return nil }
        let text = String(decoding: name.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        return text.isEmpty ? nil : text
    }
}
