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
    let outbox: Outbox
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
        outbox = Outbox(channel)
        inbox = Inbox(channel, answering: outbox)
    }

    /// Serves until the end; gives the exit status.
    func run() -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        // It was started by another name of the program, /proc/self/exe.
        ProcessName.set(WorkerProcess.programName)
        defer {
            claims.releaseAll()
            outbox.flush(within: .seconds(1))
        }
        do {
            switch inbox.next() {
            case .start(let order)?: return try serve(order)
            case .search(let order)?:
                guard let order = try search(order, definition(of: order)) else { return EXIT_SUCCESS }
                return try serve(order)
            default: return EXIT_SUCCESS
            }
        } catch {
            outbox.send(.failed("\(error)"))
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
        inbox.beforeEndByForce { [log] reason in
            log.logger.critical("\(reason); whether light is on is UNKNOWN")
            log.flush()
        }
        let signal = Monitor<String?>(nil)
        // Asked to end by a signal of its own, the worker also ends what the supervisor might still say.
        let signals = EndSignals { [channel] name in
            signal.withLock { $0 = name }
            channel.finish()
        }
        defer { signals.stop() }
        let server = try server(for: definition, order, log.logger)
        defer { server.stop() }
        outbox.report { [server] in server.report }
        try Opening(worker: self, definition: definition, order: order, server: server).run(log.logger)
        server.start()
        outbox.send(
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
        if !isToldToShutDown() { end(server, after: signal.withLock { $0 }, log.logger) }
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

    @Sendable private func remember(_ memory: DeviceMemory) { outbox.remember(memory) }

    /// Waits for the word to shut down; false if the supervisor has gone without it.
    private func isToldToShutDown() -> Bool {
        while let message = inbox.next() {
            if case .shutDown = message { return true }
        }
        return false
    }

    /// Tells why the devices are shut down though the supervisor has not said so, and what has become of light, for
    /// which nobody else can look any more.
    private func end(_ server: DeviceServer, after signal: String?, _ log: Logger) {
        log.warning("\(signal.map { "told to end by \($0)" } ?? "the server is gone"); shutting down")
        for finding in server.darken() { log.log(level: finding.light == .off ? .notice : .error, "\(finding)") }
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
