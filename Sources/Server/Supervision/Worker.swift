internal import Devices
internal import Glibc
internal import Logging
internal import Pickle
internal import Pyro
internal import Threads

/// A process that serves one definition, until the supervisor tells it to end or is gone.
struct Worker: Sendable {
    let channel: ControlChannel
    let inbox: Inbox
    private let drivers: DriverCatalog
    private let program: (@Sendable () throws -> ServerConfiguration)?
    /// What was opened while the worker searched.
    let claims = HeldClaims()

    init(
        channel: ControlChannel,
        drivers: DriverCatalog,
        program: (@Sendable () throws -> ServerConfiguration)?
    ) {
        (self.channel, self.drivers, self.program) = (channel, drivers, program)
        inbox = Inbox(channel)
    }

    /// Serves until the end; gives the exit status.
    func run() -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        defer { claims.releaseAll() }
        do {
            switch inbox.next() {
            case .start(let order)?: return try serve(order)
            case .search(let order)?:
                guard let order = try search(order, definition(of: order)) else { return EXIT_SUCCESS }
                return try serve(order)
            default: return EXIT_SUCCESS
            }
        } catch {
            try? channel.send(.failed("\(error)"))
            return EXIT_FAILURE
        }
    }

    private func definition(of order: WorkerOrder) throws -> Definition {
        var configuration =
            if let text = order.text {
                try ServerConfiguration(text: text, file: order.file, drivers: drivers)
            } else if let program {
                try program()
            } else {
                throw ControlError("this program has no configuration of its own")
            }
        if order.isSimulated { configuration.simulateEverything() }
        let definitions = configuration.definitions
        guard definitions.indices.contains(order.definition), definitions[order.definition].name == order.name else {
            throw ControlError(
                "the program defines something else each time it is started, and not \(order.name) again"
            )
        }
        return definitions[order.definition]
    }

    private func serve(_ order: WorkerOrder) throws -> Int32 {
        let definition = try definition(of: order)
        let log = Log(name: definition.name, options: order.log)
        defer { log.flush() }
        // Asked to end by a signal of its own, the worker also ends what the supervisor might still say.
        let signals = EndSignals { [channel] _ in channel.finish() }
        defer { signals.stop() }
        let server = try server(for: definition, order, log.logger)
        defer { server.stop() }
        try open(definition, in: server, order, log.logger)
        server.start()
        try channel.send(
            .serving(
                uris: definition.devices.map { server.uri(of: $0.name).text },
                hasLightSource: server.hasLightSource
            )
        )
        let registration = try definition.pyro.nameServer.map { place in
            NameRegistration(
                definition.devices.map { server.publicURI(of: $0.name) },
                at: place,
                wire: try definition.pyro.wire,
                log: log.logger
            )
        }
        defer { registration?.end() }
        if let warning = try definition.pyro.certificateWarning { log.logger.warning("\(warning)") }
        let announcement = definition.pyro.isAnnounced ? Announcement(definition, of: server, log: log.logger) : nil
        defer { announcement?.end() }
        waitForEnd(of: server)
        return EXIT_SUCCESS
    }

    private func server(for definition: Definition, _ order: WorkerOrder, _ log: Logger) throws -> DeviceServer {
        if case .tcp(let host, 0) = definition.endpoint, let port = order.port {
            var again = definition
            again.endpoint = .tcp(host: host, port: port)
            // Somebody else may have the port by now.
            if let server = try? DeviceServer(again, log: log, remember: remember) { return server }
        }
        return try DeviceServer(definition, log: log, remember: remember)
    }

    private func open(
        _ definition: Definition,
        in server: DeviceServer,
        _ order: WorkerOrder,
        _ log: Logger
    ) throws {
        func context(for device: DeviceDefinition, _ log: Logger) -> DriverContext {
            var context = DriverContext(isSimulated: device.isSimulated) { log.info("\($0)") }
            context.part = { [server] reference in
                try link(to: reference, from: device.name, in: server, definition, order)
            }
            context.claim = { part, context in try claim(part, context, for: definition) }
            return context
        }
        func open(_ devices: [DeviceDefinition], _ log: Logger, _ body: () throws -> [any Device]) throws {
            do {
                try server.open(devices.map { ($0.name, Preparation($0, order)) }, log: log, body)
            } catch let error as PreparationError {
                throw error
            } catch {
                throw ControlError("\(definition.place(of: devices)): \(ErrorTranslation.text(of: error))")
            }
        }
        if let openTogether = definition.openTogether, let first = definition.devices.first {
            let context = context(for: first, log)
            try open(definition.devices, log) { try openTogether(context) }
        } else {
            for device in definition.devicesInOrder {
                // The devices of a group have a file each, beside the group's.
                let isAlone = definition.devices.count == 1
                let log = isAlone ? log : Log(name: device.name, options: order.log).logger
                let context = context(for: device, log)
                try open([device], log) { [try device.driver.open(context)] }
            }
        }
        server.restore(order.memory)
    }

    /// Reaches a device that another one works with, wherever it is.
    private func link(
        to reference: DeviceReference,
        from owner: String,
        in server: DeviceServer,
        _ definition: Definition,
        _ order: WorkerOrder
    ) throws -> any PartLink {
        let text: String
        switch reference {
        case .named(let name):
            if let link = server.link(to: name) { return link }
            guard let uri = order.parts[name] else { throw ControlError("it is not known where \(name) is served") }
            text = uri
        case .at(let uri): text = uri
        }
        guard let uri = PyroURI(text) else { throw ControlError("'\(text)' is no URI") }
        var options = try definition.pyro.deliveryOptions.client
        options.connectLimit = .seconds(5)
        return RemotePartLink(uri, options: options, server: server, owner: owner)
    }

    @Sendable private func remember(_ memory: DeviceMemory) {
        // Without a supervisor there is nobody to remember; the worker is about to end.
        try? channel.send(.memory(memory))
    }

    private func waitForEnd(of server: DeviceServer) {
        while let message = inbox.next() {
            switch message {
            case .shutDown: return
            case .askForReport: try? channel.send(.report(server.report))
            default: break
            }
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
            options: try definition.pyro.server,
            delivery: try definition.pyro.deliveryOptions,
            log: log,
            remember: remember
        )
    }
}

extension Definition {
    /// Where those of its devices stand that are opened together.
    fileprivate func place(of devices: [DeviceDefinition]) -> Place { devices.count == 1 ? devices[0].place : place }
}

extension Preparation {
    fileprivate init(_ device: DeviceDefinition, _ order: WorkerOrder) {
        self.init(
            settings: device.settings.map { Setting(name: $0.name, value: $0.value, place: "\($0.place)") },
            enable: device.startsEnabled
        )
        isSimulated = device.isSimulated
        staysDisabled = order.memory.disabled.contains(device.name)
        keepsLightOff = order.isRestart
    }
}
