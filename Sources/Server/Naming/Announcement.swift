internal import Avahi
internal import Devices
internal import Logging
internal import Pyro
internal import Threads

/// Keeps devices announced in the local network by the avahi daemon, on a thread of its own.
///
/// The daemon announces what a process has told it for as long as that process is there, however it ends. A daemon that is
/// away is waited for, and one that has restarted is told anew. None of that keeps devices from being served.
final class Announcement: Sendable {
    private struct State {
        var isEnding = false
        var client: AvahiClient?
    }

    private let services: [DeviceService]
    private let log: Logger
    private let state = Monitor(State())
    private let thread = Monitor<BlockingThread?>(nil)

    /// How long the daemon may take to answer when the devices are to be announced no more.
    private static let patience = Duration.seconds(5)

    /// Begins to announce the devices of a definition; nil, and a line in the log, if nobody could reach them.
    init?(_ definition: Definition, of server: DeviceServer, log: Logger) {
        guard case .tcp(let address, let port)? = server.address, let port = UInt16(exactly: port),
            case .network(let interface, let family) = Reach(address: address)
        else {
            log.warning(
                """
                \(definition.devices.map(\.name).joined(separator: ", ")) not announced by mDNS: other computers do not \
                reach \(server.endpoint); set host to 0.0.0.0, or to an address of this computer in their network
                """
            )
            return nil
        }
        services = definition.devices.map {
            DeviceService(object: $0.name, port: port, interface: interface, family: family, properties: $0.properties)
        }
        self.log = log
        let thread = BlockingThread("mdns") { [self] in run() }
        self.thread.withLock { $0 = thread }
    }

    /// Has the devices announced no more, and returns when that is done or has taken too long.
    func end() {
        state.update { state in
            state.isEnding = true
            state.client?.wake()
        }
        thread.withLock { $0 }?.join(within: Self.patience)
    }

    private func run() {
        var (backoff, isTold) = (Backoff(), false)
        while !shallEnd(within: .zero) {
            do throws(AvahiError) {
                let client = try AvahiClient()
                backoff = Backoff()
                state.withLock { $0.client = client }
                defer { state.withLock { $0.client = nil } }
                try announce(by: client, &isTold)
            } catch {
                tell(error, &isTold)
                _ = shallEnd(within: backoff.delay())
            }
        }
    }

    /// Announces until the daemon is gone, or the devices shall be announced no more.
    private func announce(by client: AvahiClient, _ isTold: inout Bool) throws(AvahiError) {
        var publications: [DevicePublication] = []
        var names: Set<String> = []
        while !shallEnd(within: .zero) {
            switch client.state {
            case .running:
                if publications.isEmpty {
                    names = []
                    for service in services { publications.append(try DevicePublication(service, by: client)) }
                }
                for publication in publications where try publication.isEstablished() {
                    guard names.insert(publication.name).inserted else { continue }
                    log.notice("\(publication)")
                    isTold = false
                }
            case .connecting: tell(.notRunning, &isTold)
            // What this computer is called is in doubt, and with it all that has been announced.
            case .registering, .collision, .failed: publications = []
            }
            try client.iterate()
        }
    }

    private func tell(_ error: AvahiError, _ isTold: inout Bool) {
        // Once is enough: it is tried again for as long as it takes.
        guard !isTold else { return }
        isTold = true
        log.warning("\(services.map(\.object).joined(separator: ", ")) not announced by mDNS: \(error)")
    }

    private func shallEnd(within limit: Duration) -> Bool {
        state.wait(within: limit) { $0.isEnding ? true : nil } ?? false
    }
}

extension DeviceDefinition {
    /// What other computers are told of it.
    fileprivate var properties: [String: String] {
        var properties = ["kind": driver.kind.rawValue, "driver": driver.name]
        properties["uid"] = uid
        return properties
    }
}
