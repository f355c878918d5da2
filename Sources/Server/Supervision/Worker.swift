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
    ) throws(SystemError) {
        (self.channel, self.drivers, self.program) = (channel, drivers, program)
        outbox = try Outbox(channel)
        inbox = try Inbox(channel, answering: outbox)
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
            case .guardLights(let orders)?:
                try guardLights(orders)
                return EXIT_SUCCESS
            case .darken(let order)?:
                let limit = WorkerKeeper.darkeningLimit
                outbox.send(.light(LightsOff([try definition(of: order)]).findings(within: limit), isFinal: true))
                return EXIT_SUCCESS
            default: return EXIT_SUCCESS
            }
        } catch {
            let isFinal = (error as? PreparationError)?.isFinal == true
            outbox.send(isFinal ? .refused("\(error)") : .failed("\(error)"))
            return EXIT_FAILURE
        }
    }

    func definition(of order: WorkerOrder) throws -> Definition {
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
        let signal = Lock<String?>(nil)
        // A worker that gets a signal itself no longer waits for messages of the supervisor.
        let signals = try EndSignals { [channel] name in
            signal.withLock { $0 = name }
            channel.finish()
        }
        var server: DeviceServer?
        var names: PublishedNames?
        let result = Result {
            let pyro = try PyroSettings(definition.pyro)
            let opened = try self.server(for: definition, pyro, log.logger)
            server = opened
            outbox.report { opened.report }
            try Opening(worker: self, definition: definition, order: order, pyro: pyro, server: opened).run(log.logger)
            opened.start()
            let uris = definition.devices.map { opened.uri(of: $0.name).text }
            outbox.send(.serving(uris: uris, hasLightSource: opened.hasLightSource))
            if opened.hasLightSource { try switchLightsOffIfSupervisorHangs(opened, log.logger) }
            names = PublishedNames(definition, pyro, of: opened, log: log.logger)
            if let warning = pyro.certificateWarning { log.logger.warning("\(warning)") }
            if !waitForEnd(opened, log.logger) {
                let reason =
                    signal.withLock { $0 }.map { "received \($0)" } ?? inbox.error
                    ?? "the server has ended unexpectedly"
                log.logger.warning("\(reason); shutting down")
            }
        }
        // The shutdown sequence, also after a failed start. Light goes first: what follows may take its time.
        switchLightsOff(server, log.logger)
        names?.withdraw()
        server?.stop()
        signals.stop()
        log.flush()
        try result.get()
        return EXIT_SUCCESS
    }

    /// A server at the socket that the supervisor has handed over.
    private func server(for definition: Definition, _ pyro: PyroSettings, _ log: Logger) throws -> DeviceServer {
        let endpoint = definition.endpoint
        guard let socket = channel.takeHandedFile() else { throw ServerError("no socket came with the order") }
        let counts = try channel.takeHandedFile().map { try DeliveryBook(descriptor: $0) }
        return try DeviceServer(
            at: endpoint,
            on: ListeningSocket(descriptor: socket, endpoint: endpoint),
            options: pyro.server,
            delivery: pyro.delivery,
            counts: counts,
            log: log,
            remember: remember
        )
    }

    @Sendable private func remember(_ memory: RestoreLog) { outbox.remember(memory) }

    /// Carries out orders until the one to shut down; false if the supervisor has gone without it.
    private func waitForEnd(_ server: DeviceServer, _ log: Logger) -> Bool {
        let conditions = ConditionReader(server) { [outbox] in outbox.send(.observed($0)) }
        while let message = inbox.next() {
            switch message {
            case .observe(let question): conditions.ask(question)
            case .permit(let permissions): server.permit(permissions)
            case .shutDown: return true
            case .lightsOff:
                // On another thread, since a device may hang and the next order must not wait for it.
                inParallel("lights off") { [outbox] in
                    outbox.send(.light(server.switchLightsOff(within: Self.lightPatience), isFinal: false))
                }
            case .stopMotion:
                inParallel("stop motion") { [outbox] in outbox.send(.motion(server.stopMotion())) }
            default: break
            }
        }
        return false
    }

    /// How long the supervisor may be silent before light is switched off.
    private static let supervisorPatience = Duration.seconds(10)

    /// Switches off all light while the supervisor is stopped or hangs, since nobody would notice if this process hung.
    private func switchLightsOffIfSupervisorHangs(_ server: DeviceServer, _ log: Logger) throws {
        let wasSilent = Lock(false)
        try inbox.watchSilence(longerThan: Self.supervisorPatience) { isSilent in
            let isNew = wasSilent.withLock { was in
                defer { was = isSilent }
                return isSilent != was
            }
            guard isSilent else { return log.notice("the server answers again") }
            if isNew {
                log.error("the server has not answered for \(Self.supervisorPatience.formatted); switching light off")
            }
            for finding in server.switchLightsOff(within: Self.lightPatience) where isNew || finding.light != .off {
                log.log(level: finding.light == .off ? .notice : .critical, "\(finding)")
            }
        }
    }

    /// How long to wait for light sources that are in the middle of a call.
    private static let lightPatience = Duration.seconds(2)

    /// Switches off all light as the process ends, and reports whether it is off.
    private func switchLightsOff(_ server: DeviceServer?, _ log: Logger) {
        let lights = server?.switchLightsOff(within: Self.lightPatience) ?? []
        outbox.send(.light(lights, isFinal: true))
        for finding in lights { log.log(level: finding.light == .off ? .info : .error, "\(finding)") }
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
