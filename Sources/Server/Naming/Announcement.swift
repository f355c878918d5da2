internal import Avahi
internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// An announcement of devices in the local network by the avahi daemon, kept up by a thread of its own.
///
/// The daemon withdraws an announcement when the process that made it ends for any reason. A missing daemon is waited
/// for, and one that restarts gets the announcement again. Devices are served independently of all that.
final class Announcement: Sendable {
    private struct State {
        var isEnding = false
        var client: AvahiClient?
    }

    private let services: [DeviceService]
    private let log: Logger
    private let state = Lock(State())
    private let thread = Lock<BlockingThread?>(nil)

    /// How long the daemon may take to withdraw the announcement.
    private static let patience = Duration.seconds(5)

    /// Begins to announce the devices of a definition; nil, with a warning in the log, if nobody could reach them.
    init?(_ definition: Definition, of server: DeviceServer, log: Logger) {
        guard case .tcp(let address, let port)? = server.address, let port = UInt16(exactly: port),
            case .network(let interface, let family) = Reach(address: address)
        else {
            log.warning(
                """
                \(definition.devices.map(\.name).joined(separator: ", ")) not announced by mDNS: other computers cannot \
                reach \(server.endpoint); set host to 0.0.0.0, or to an address of this computer in their network
                """
            )
            return nil
        }
        services = definition.devices.map {
            DeviceService(object: $0.name, port: port, interface: interface, family: family, properties: $0.properties)
        }
        self.log = log
        do {
            let thread = try BlockingThread.start("mdns") { [self] in run() }
            self.thread.withLock { $0 = thread }
        } catch { log.warning("\(services.map(\.object).joined(separator: ", ")) not announced by mDNS: \(error)") }
    }

    /// Withdraws the announcement; returns when that is done or has taken too long.
    func end() {
        state.update { state in
            state.isEnding = true
            state.client?.wake()
        }
        thread.withLock { $0 }?.join(within: Self.patience)
    }

    private func run() {
        var (backoff, hasWarned) = (Backoff(), false)
        while !shouldEnd(within: .zero) {
            let begin = ContinuousClock.now
            do throws(AvahiError) {
                let client = try AvahiClient()
                state.withLock { $0.client = client }
                defer { state.withLock { $0.client = nil } }
                try announce(by: client, &hasWarned)
            } catch {
                warn(error, &hasWarned)
                _ = shouldEnd(within: backoff.delay(after: .now - begin))
            }
        }
    }

    /// Announces until the daemon has gone or the announcement ends.
    private func announce(by client: AvahiClient, _ hasWarned: inout Bool) throws(AvahiError) {
        var publications: [DevicePublication] = []
        var names: Set<String> = []
        while !shouldEnd(within: .zero) {
            switch client.state {
            case .running:
                if publications.isEmpty {
                    names = []
                    for service in services { publications.append(try DevicePublication(service, by: client)) }
                }
                for publication in publications where try publication.isEstablished() {
                    guard names.insert(publication.name).inserted else { continue }
                    log.notice("\(publication)")
                    hasWarned = false
                }
            case .connecting: warn(.notRunning, &hasWarned)
            // The name of this computer is in doubt, and with it all announcements.
            case .registering, .collision, .failed: publications = []
            }
            try client.iterate()
        }
    }

    private func warn(_ error: AvahiError, _ hasWarned: inout Bool) {
        // One warning is enough; attempts continue.
        guard !hasWarned else { return }
        hasWarned = true
        log.warning("\(services.map(\.object).joined(separator: ", ")) not announced by mDNS: \(error)")
    }

    private func shouldEnd(within limit: Duration) -> Bool {
        state.wait(within: limit) { $0.isEnding ? true : nil } ?? false
    }
}

extension ConfiguredDevice {
    /// The properties that are announced.
    fileprivate var properties: [String: String] {
        var properties = ["kind": driver.kind.rawValue, "driver": driver.name]
        properties["uid"] = uid
        return properties
    }
}
