public import Devices
public import Logging
public import Pickle
public import Pyro
internal import Threads

/// Serves the devices of one process at one endpoint.
public final class DeviceServer: Sendable {
    private let server: PyroServer
    private let delivery: DeliveryOptions
    private let log: Logger
    private let hosts = Monitor<[DeviceHost]>([])

    /// Listens; clients that connect already wait until ``start()``.
    public init(
        at endpoint: Endpoint,
        options: ServerOptions = ServerOptions(),
        delivery: DeliveryOptions = DeliveryOptions(),
        log: Logger
    ) throws {
        server = try PyroServer(at: endpoint, options: options, log: log, translate: ErrorTranslation.exception)
        self.delivery = delivery
        self.log = log
    }

    public var endpoint: Endpoint { server.endpoint }

    /// What is to happen to a device before it is served.
    public struct Preparation: Sendable {
        public var settings: [(name: String, value: PythonValue)]
        public var enable: Bool

        public init(settings: [(name: String, value: PythonValue)] = [], enable: Bool = false) {
            self.settings = settings
            self.enable = enable
        }
    }

    /// Opens a device and serves it, with all its parts.
    ///
    /// - Returns: whether there is a light source among them.
    @discardableResult
    public func open(
        as id: String,
        _ preparation: Preparation = Preparation(),
        _ open: () throws -> any Device
    ) throws -> Bool {
        let host = try DeviceHost { [delivery, log] in
            var devices = OpenDevices(
                makeStream: { DataStream($0, options: delivery, log: log.named($1)) },
                report: { log.warning("\($0)") }
            )
            devices.add(try open(), as: id)
            return devices
        }
        let objects = host.objects
        do {
            try host.prepare(0, settings: preparation.settings, enable: preparation.enable)
        } catch {
            host.shutDown { [log] in log.warning("\($0)") }
            throw error
        }
        for object in objects { server.register(ServedObject(object, of: host), as: object.id) }
        hosts.withLock { $0.append(host) }
        return host.hasLightSource
    }

    /// Serves an object that is no device.
    public func register(_ object: any PyroObject, as id: String) { server.register(object, as: id) }

    /// Takes a device and its parts out of service and shuts it down.
    public func close(_ id: String) {
        let host = hosts.withLock { hosts -> DeviceHost? in
            guard let place = hosts.firstIndex(where: { $0.objects.first?.id == id }) else { return nil }
            return hosts.remove(at: place)
        }
        guard let host else { return }
        for object in host.objects {
            server.unregister(object.id)
            object.stream?.clients.closeAll()
        }
        shutDown(host)
    }

    public func start() { server.start() }

    public func uri(of id: String) -> PyroURI { server.uri(of: id) }

    /// Shuts all devices down, then lets the clients go.
    public func stop() {
        let hosts = hosts.withLock { hosts in
            defer { hosts.removeAll() }
            return hosts
        }
        // Light goes first, in whatever host it is.
        let lights = hosts.filter(\.hasLightSource)
        for host in lights + hosts.filter({ !$0.hasLightSource }) { shutDown(host) }
        server.stop(within: .seconds(1))
    }

    private func shutDown(_ host: DeviceHost) { host.shutDown { [log] in log.error("\($0)") } }
}

extension Logger {
    /// The same log, each line with the name of an object in it.
    fileprivate func named(_ id: String) -> Logger {
        var log = self
        log[metadataKey: "object"] = "\(id)"
        return log
    }
}
