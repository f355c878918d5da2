internal import Devices
internal import Glibc
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// A process that serves one definition until the supervisor asks it to end, or has gone.
struct Worker: Sendable {
    let channel: ControlChannel
    let inbox: Inbox
    let outbox: Outbox
    private let drivers: DriverCatalog
    private let program: (@Sendable () throws -> ServerConfiguration)?
    /// The candidates opened while the worker searched.
    let claims = OpenedCandidates()

    init(
        channel: ControlChannel,
        drivers: DriverCatalog,
        program: (@Sendable () throws -> ServerConfiguration)?
    ) {
        (self.channel, self.drivers, self.program) = (channel, drivers, program)
        outbox = Outbox(channel)
        inbox = Inbox(channel, answering: outbox)
    }

    /// Serves until the end; returns the exit status.
    func run() -> Int32 {
        signal(SIGPIPE, SIG_IGN)
        // The process was started as /proc/self/exe.
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
                throw ServerError("this program has no configuration of its own")
            }
        if order.isSimulated { configuration.simulateEverything() }
        let definitions = configuration.definitions
        guard definitions.indices.contains(order.definition), definitions[order.definition].name == order.name else {
            throw ServerError(
                "the program produced a different configuration when restarted: '\(order.name)' is missing"
            )
        }
        return definitions[order.definition]
    }

    private func serve(_ order: WorkerOrder) throws -> Int32 {
        let definition = try definition(of: order)
        let log = Log(name: definition.name, options: order.log)
        inbox.beforeEndByForce { [log] reason in
            log.logger.critical("\(reason); whether light is on is UNKNOWN")
            log.flush()
        }
        let signal = Monitor<String?>(nil)
        // A worker that gets a signal itself no longer waits for messages of the supervisor.
        let signals = EndSignals { [channel] name in
            signal.withLock { $0 = name }
            channel.finish()
        }
        var server: DeviceServer?
        var names: PublishedNames?
        let result = Result {
            let pyro = try PyroSettings(definition.pyro)
            let opened = try self.server(for: definition, pyro, order, log.logger)
            server = opened
            outbox.report { opened.report }
            try Opening(worker: self, definition: definition, order: order, pyro: pyro, server: opened).run(log.logger)
            opened.start()
            let uris = definition.devices.map { opened.uri(of: $0.name).text }
            outbox.send(.serving(uris: uris, hasLightSource: opened.hasLightSource))
            names = PublishedNames(definition, pyro, of: opened, log: log.logger)
            if let warning = pyro.certificateWarning { log.logger.warning("\(warning)") }
            if !isToldToShutDown() { end(opened, after: signal.withLock { $0 }, log.logger) }
        }
        // The shutdown sequence, also after a failed start.
        names?.withdraw()
        server?.stop()
        signals.stop()
        log.flush()
        try result.get()
        return EXIT_SUCCESS
    }

    private func server(
        for definition: Definition,
        _ pyro: PyroSettings,
        _ order: WorkerOrder,
        _ log: Logger
    ) throws -> DeviceServer {
        if case .tcp(let host, 0) = definition.endpoint, let port = order.port {
            // Another program may have the port by now.
            if let server = try? server(at: .tcp(host: host, port: port), pyro, log) { return server }
        }
        return try server(at: definition.endpoint, pyro, log)
    }

    private func server(at place: PyroURI.Location, _ pyro: PyroSettings, _ log: Logger) throws -> DeviceServer {
        try DeviceServer(
            at: place,
            options: pyro.server,
            delivery: pyro.delivery,
            log: log,
            remember: remember
        )
    }

    @Sendable private func remember(_ memory: RestoreLog) { outbox.remember(memory) }

    /// Waits for the order to shut down; false if the supervisor has gone without one.
    private func isToldToShutDown() -> Bool {
        while let message = inbox.next() {
            if case .shutDown = message { return true }
        }
        return false
    }

    /// Logs why the devices are shut down without an order, and the state of light, which nobody else can check any
    /// longer.
    private func end(_ server: DeviceServer, after signal: String?, _ log: Logger) {
        log.warning("\(signal.map { "received \($0)" } ?? "the server has ended unexpectedly"); shutting down")
        for finding in server.darken() { log.log(level: finding.light == .off ? .notice : .error, "\(finding)") }
    }
}

/// The names under which other computers find the devices of a worker: with a Pyro name server, and by mDNS.
private struct PublishedNames {
    private let registration: NameRegistration?
    private let announcement: Announcement?

    init(_ definition: Definition, _ pyro: PyroSettings, of server: DeviceServer, log: Logger) {
        registration = definition.pyro.nameServer.map { place in
            let uris = definition.devices.map { server.publicURI(of: $0.name) }
            return NameRegistration(uris, at: place, wire: pyro.wire, log: log)
        }
        announcement = definition.pyro.isAnnounced ? Announcement(definition, of: server, log: log) : nil
    }

    func withdraw() {
        announcement?.end()
        registration?.end()
    }
}
