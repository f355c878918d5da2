internal import Devices
internal import Glibc
internal import Logging
internal import Pyro
internal import Threads

/// A process that serves one definition, until the supervisor tells it to end or is gone.
struct Worker: Sendable {
    private let channel: ControlChannel
    private let drivers: DriverCatalog

    init(channel: ControlChannel, drivers: DriverCatalog) {
        self.channel = channel
        self.drivers = drivers
    }

    /// Serves until the end; gives the exit status.
    func run() -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        do {
            guard case .start(let order)? = try channel.receive() else { return EXIT_SUCCESS }
            return try serve(order)
        } catch {
            try? channel.send(.failed("\(error)"))
            return EXIT_FAILURE
        }
    }

    private func serve(_ order: WorkerOrder) throws -> Int32 {
        var configuration = try ServerConfiguration(text: order.text, file: order.file, drivers: drivers)
        if order.isSimulated { configuration.simulateEverything() }
        guard configuration.definitions.indices.contains(order.definition) else {
            throw ControlError("there is no definition number \(order.definition)")
        }
        let definition = configuration.definitions[order.definition]
        let log = Log(name: definition.name, options: order.log)
        defer { log.flush() }
        // Asked to end by a signal of its own, the worker also ends what the supervisor might still say.
        let signals = EndSignals { [channel] _ in channel.finish() }
        defer { signals.stop() }
        let server = try DeviceServer(definition, log: log.logger, remember: remember)
        defer { server.stop() }
        try open(definition, in: server, order, log.logger)
        server.start()
        try channel.send(
            .serving(
                uris: definition.devices.map { server.uri(of: $0.name).text },
                hasLightSource: server.hasLightSource
            )
        )
        waitForEnd()
        return EXIT_SUCCESS
    }

    private func open(
        _ definition: Definition,
        in server: DeviceServer,
        _ order: WorkerOrder,
        _ log: Logger
    ) throws {
        for device in definition.devices {
            // The devices of a group have a file each, beside the group's.
            let isAlone = definition.devices.count == 1
            let log = isAlone ? log : Log(name: device.name, options: order.log).logger
            let context = DriverContext(isSimulated: device.isSimulated) { log.info("\($0)") }
            do {
                var preparation = Preparation(device)
                preparation.enable = preparation.enable && !order.memory.disabled.contains(device.name)
                preparation.keepsLightOff = order.isRestart
                try server.open(as: device.name, preparation, log: log) { try device.driver.open(context) }
            } catch let error as PreparationError {
                throw error
            } catch {
                throw ControlError("\(device.place): \(ErrorTranslation.text(of: error))")
            }
        }
        server.restore(order.memory)
    }

    @Sendable private func remember(_ memory: DeviceMemory) {
        // Without a supervisor there is nobody to remember; the worker is about to end.
        try? channel.send(.memory(memory))
    }

    private func waitForEnd() {
        while let message = try? channel.receive() {
            if case .shutDown = message { return }
        }
    }
}

extension DeviceServer {
    /// A server at the place that a definition names.
    fileprivate convenience init(
        _ definition: Definition,
        log: Logger,
        remember: @escaping @Sendable (DeviceMemory) -> Void
    ) throws {
        try self.init(
            at: Endpoint(definition.endpoint),
            options: definition.pyro.server,
            delivery: definition.pyro.deliveryOptions,
            log: log,
            remember: remember
        )
    }
}

extension Preparation {
    fileprivate init(_ device: DeviceDefinition) {
        self.init(
            settings: device.settings.map { Setting(name: $0.name, value: $0.value, place: "\($0.place)") },
            enable: device.startsEnabled
        )
    }
}
