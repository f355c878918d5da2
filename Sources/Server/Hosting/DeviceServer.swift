public import Devices
public import Logging
public import Pickle
internal import Platform
public import Pyro

/// The server of the devices of one process, at one endpoint.
public final class DeviceServer: Sendable {
    private let server: PyroServer
    private let delivery: DeliveryOptions
    /// Where the counts of streams outlive this process.
    private let counts: DeliveryBook?
    private let log: Logger
    let hosts = Lock<[DeviceHost]>([])
    private let restoreLog: RestoreLogWriter
    private let lightTimer = LightTimer()
    /// The problems that keep devices from being used.
    let problems = DeviceProblems()
    let leases = Leases()
    let openings: OpeningWatch
    /// Those who subscribe to data.
    let frames: FrameService

    /// Listens; clients that connect before ``start()`` wait for it.
    public convenience init(
        at endpoint: Endpoint,
        options: ServerOptions = ServerOptions(),
        delivery: DeliveryOptions = DeliveryOptions(),
        log: Logger
    ) throws {
        try self.init(at: endpoint, options: options, delivery: delivery, log: log) { _ in }
    }

    /// - Parameter remember: called with what is restored after a crash, whenever it has changed.
    init(
        at endpoint: Endpoint,
        on listener: ListeningSocket? = nil,
        options: ServerOptions,
        delivery: DeliveryOptions,
        counts: DeliveryBook? = nil,
        log: Logger,
        remember: @escaping @Sendable (RestoreLog) -> Void
    ) throws {
        server = try PyroServer(
            at: endpoint,
            on: listener,
            options: options,
            log: log,
            translate: ErrorTranslation.exception
        )
        (self.delivery, self.counts) = (delivery, counts)
        frames = FrameService(delivery.frames, log: log)
        self.log = log
        openings = OpeningWatch(log: log)
        restoreLog = RestoreLogWriter(changed: remember)
        problems.whenReturned { [hosts] id in
            for host in hosts.withLock({ $0 }) { host.deviceReturned(id) }
        }
    }

    public var endpoint: Endpoint { server.endpoint }

    /// The endpoint with a numeric address; nil for a Unix socket.
    var address: Endpoint? { server.address }

    public func uri(of id: String) -> PyroURI { server.uri(of: id) }
    public func publicURI(of id: String) -> PyroURI { server.publicURI(of: id) }

    var hasLightSource: Bool { hosts.withLock { $0.contains(where: \.hasLightSource) } }

    /// Opens a device and serves it, with all its parts.
    ///
    /// - Parameter log: the device's own log; nil for the log of the server.
    public func open(
        as id: String,
        _ preparation: Preparation = Preparation(),
        log: Logger? = nil,
        _ open: () throws -> any Device
    ) throws {
        try self.open([(id, preparation)], log: log ?? self.log) { [try open()] }
    }

    /// Opens devices that share a wire, or are used by one another, and serves them with all their parts.
    ///
    /// - Parameter wanted: the names of the devices, in the order in which they are given.
    func open(
        _ wanted: [(id: String, preparation: Preparation)],
        log: Logger,
        _ open: () throws -> [any Device]
    ) throws {
        var indices: [Int] = []
        let limit = wanted.map(\.preparation.safety.openingLimit).max() ?? OpeningWatch.usualLimit
        let preparations = Dictionary(wanted.map { ($0.id, $0.preparation) }) { first, _ in first }
        let guarding = { [lightTimer] (object: ObjectDescription) -> LightGuard? in
            let preparation = preparations[object.owner ?? object.id] ?? Preparation()
            return LightGuard(object, preparation, timer: lightTimer, log: log.named(object.id))
        }
        let host = try DeviceHost(log: log, restoreLog: restoreLog, guarding: guarding) {
            let opening = openings.begin(wanted.map(\.id), within: limit)
            defer { openings.end(opening) }
            var devices = OpenDevices(
                isSimulated: wanted.contains { $0.preparation.isSimulated },
                restoreLog: restoreLog,
                makeStream: { self.makeStream($0, $1, $2, log) },
                report: { log.warning("\($0)") }
            )
            indices = zip(wanted, try open()).map { devices.add($1, as: $0.id, $0.preparation.faults) }
            return devices
        }
        // From here on a hang is reported.
        hosts.withLock { $0.append(host) }
        do {
            for (index, (_, preparation)) in zip(indices, wanted) { try host.prepare(index, preparation) }
        } catch {
            hosts.withLock { hosts in hosts.removeAll { $0 === host } }
            shutDown(host)
            throw error
        }
        for object in host.objects {
            server.register(served(object, of: host, log: log), as: object.id)
        }
        if !host.lights.isEmpty { lightTimer.add(host) }
    }

    private func served(_ object: ObjectDescription, of host: DeviceHost, log: Logger) -> ServedObject {
        ServedObject(
            object,
            of: host,
            at: uri(of: object.id),
            leases: leases,
            frames: frames,
            refuseCallBack: { [weak server] place, context in server?.refusal(ofDataAt: place, for: context) },
            log: log.named(object.id)
        )
    }

    private func makeStream(
        _ device: any DataDevice,
        _ id: String,
        _ faults: OrderedFaults?,
        _ log: Logger
    ) -> DataStream {
        let tally = DeliveryTally(counts?.page(of: id))
        let stream = DataStream(device, as: id, faults, options: delivery, tally: tally, log: log.named(id)) {
            [restoreLog] clients in restoreLog.setClients(of: id, to: clients.map(\.text))
        }
        frames.serve(stream, as: id)
        return stream
    }

    /// Makes the calls again by which clients of an earlier process had set something; failures are logged.
    ///
    /// - Parameter beginning: called before each of the calls, and with nil after the last one.
    func restore(_ memory: RestoreLog, beginning: (RestoreLog.Call?) -> Void = { _ in }) {
        restoreLog.begin(with: memory)
        // First, so that no frame of a camera that is enabled again goes past them.
        for (id, uris) in memory.clients {
            find(id)?.object.stream?.clients.restore(uris.compactMap { PyroURI($0) })
        }
        for call in memory.calls {
            guard let (host, object) = find(call.object) else { continue }
            beginning(call)
            host.restore(call.call, of: object)
        }
        beginning(nil)
    }

    private func find(_ id: String) -> (host: DeviceHost, object: ObjectDescription)? {
        for host in hosts.withLock({ $0 }) {
            if let object = host.objects.first(where: { $0.id == id }) { return (host, object) }
        }
        return nil
    }

    /// A link to a device that was opened here; nil if there is none of that name.
    func link(to id: String) -> (any DeviceLink)? {
        guard let (host, object) = find(id) else { return nil }
        return LocalDeviceLink(id, served(object, of: host, log: log), stream: object.stream)
    }

    /// Serves an object that is not a device.
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
            object.stream?.subscribers.closeAll(FrameRefusal(.closed, "the device is taken out of service"))
        }
        lightTimer.remove(host)
        shutDown(host)
    }

    public func start() { server.start() }

    /// Switches all light off, and finds out whether it is.
    func darken() -> [LightsOff.Finding] {
        hosts.withLock { $0 }.filter(\.hasLightSource).flatMap { $0.darken() }
    }

    /// Shuts all devices down, light sources first, then disconnects the clients.
    public func stop() {
        let hosts = hosts.withLock { hosts in
            defer { hosts.removeAll() }
            return hosts
        }
        lightTimer.stop()
        let lights = hosts.filter(\.hasLightSource)
        for host in lights + hosts.filter({ !$0.hasLightSource }) { shutDown(host) }
        frames.close()
        server.stop(within: .seconds(1))
    }

    private func shutDown(_ host: DeviceHost) { host.shutDown { [log] in log.error("\($0)") } }
}

extension PyroServer {
    /// The error for a client that may not have data sent to a place; nil if it may.
    fileprivate func refusal(ofDataAt place: Endpoint, for context: CallContext) -> PythonException? {
        guard !callBacks.permits(place, for: context.client) else { return nil }
        return refusal(
            of: "a client at \(place)",
            for: context.client,
            because: "data go to the computer of the client that asks for them, unless `pyro` has `call_back_to: any`"
        )
    }
}

extension Logger {
    /// The log with the name of an object in each line.
    fileprivate func named(_ id: String) -> Logger {
        var log = self
        log[metadataKey: "object"] = "\(id)"
        return log
    }
}

/// The steps that are taken with a device before it is served.
public struct Preparation: Sendable {
    public struct Setting: Sendable {
        public var name: String
        /// The value; for a choice its key or its label.
        public var value: PythonValue
        /// The place in the configuration, for an error message.
        public var place: String

        public init(name: String, value: PythonValue, place: String = "") {
            self.name = name
            self.value = value
            self.place = place
        }
    }

    public var settings: [Setting]
    public var enable: Bool
    /// Whether the device stays disabled even if it is to be enabled, because a client of the previous process has
    /// disabled it.
    public var staysDisabled = false
    /// Whether a light source stays off even if it is to be enabled, because the previous process has crashed.
    public var keepsLightOff = false

    /// The rules for its light.
    public var safety = SafetyOptions()
    /// The interlocks of its light, and of the light of its parts.
    public var interlocks: [Interlock] = []

    /// Whether the device's hardware is a simulation.
    public var isSimulated = false
    /// The faults that can be ordered for the device.
    public var faults: OrderedFaults?

    public init(settings: [Setting] = [], enable: Bool = false) {
        self.settings = settings
        self.enable = enable
    }
}
