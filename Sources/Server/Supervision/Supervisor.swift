public import Devices
internal import Glibc
internal import Logging
internal import Pickle
internal import Platform

/// A server of every definition of a configuration, each in a worker process of its own.
///
/// The supervisor itself touches no hardware.
public actor Supervisor {
    /// A definition with its keeper.
    private struct Entry {
        let number: Int
        let definition: Definition
        let keeper: WorkerKeeper
        let end: Task<Void, Never>
    }

    private let source: ConfigurationSource
    private let executable: String
    private let log: Log
    private var entries: [Entry] = []
    private var searches: [SearchKey: CameraSearch] = [:]
    private let served = ServedParts()
    private var count = 0
    /// The configuration that is served.
    private var current: ConfigurationSource.Version
    private var isChanging = false
    private var isStopping = false
    private let health = ServiceHealth()
    private let watchdog: LightsWatchdog
    private let interlocks: InterlockWatch

    /// - Parameters:
    ///   - source: a configuration without errors, which can be read again.
    ///   - executable: the program to start workers from. With the argument `worker` it must run
    ///     ``serveAsWorker(drivers:program:)``.
    public init(_ source: ConfigurationSource, executable: String = "/proc/self/exe") {
        (self.source, current) = (source, source.first)
        self.executable = executable
        log = Log(name: "device-server", options: source.first.configuration.log)
        watchdog = LightsWatchdog(executable: executable, log: log.logger)
        interlocks = InterlockWatch(log: log.logger)
    }

    /// Serves until SIGINT or SIGTERM, then shuts down every device, light sources first.
    ///
    /// A second signal hurries the end, but light is switched off in any case.
    ///
    /// - Returns: whether all light is confirmed to be off.
    public func run() async -> Bool {
        // The server must outlive the reader of its log.
        signal(SIGPIPE, SIG_IGN)
        // A server whose terminal was closed is out of sight and must not leave light on.
        let endsAtHangUp = isatty(STDIN_FILENO) == 1 || isatty(STDERR_FILENO) == 1
        let signals: AsyncStream<String>
        do { signals = try EndSignals.names } catch {
            log.logger.critical("cannot receive signals: \(error)")
            return false
        }
        // Simulated hardware outlives the workers, as real hardware does.
        let hardware = SimulatedHardwareFolder()
        defer { hardware?.remove() }
        let control = ControlSocket(self, log: log.logger)
        let keeping = Task { await control.keep() }
        watchLights()
        // Before any device is opened, so that the log has the reasons in front of what they lead to.
        _ = await logFindings(of: source.first.configuration)
        for definition in source.first.definitions { await serve(definition) }
        let starting = Task { [health] in await Self.showProgress(of: health) }
        defer { starting.cancel() }
        let report = ServiceNotifier().map { ServiceReport(to: $0, on: health) }
        let reporting = Task { await report?.run() }
        defer { reporting.cancel() }
        for await name in signals {
            guard name != "SIGHUP" || endsAtHangUp else {
                _ = try? await reload()
                continue
            }
            log.logger.notice("shutting down after \(name)")
            break
        }
        isStopping = true
        report?.reportEnd()
        let impatience = Task {
            // A second signal means: do not wait for devices that hang.
            for await name in signals where name != "SIGHUP" { await hurryEnd(after: name) }
        }
        keeping.cancel()
        control.close()
        let lights = await stop(entries)
        for search in searches.values { await search.stop() }
        await watchdog.stop()
        interlocks.stop()
        impatience.cancel()
        for light in lights { log.logger.critical("\(light)") }
        log.logger.notice(lights.isEmpty ? "all devices are shut down" : "shut down; LIGHT MAY BE ON")
        log.flush()
        return lights.isEmpty
    }

    /// Shows on a terminal which definitions are still being opened or searched for, until each has been tried.
    private static func showProgress(of health: ServiceHealth) async {
        guard ProgressLine.isVisible else { return }
        let line = ProgressLine { elapsed in health.progress.map { "\($0): \(elapsed.inSeconds)" } }
        while !health.isSettled, !Task.isCancelled { try? await Task.sleep(for: .milliseconds(100)) }
        line.end()
    }

    /// Logs the problems of the configuration on this computer.
    private func logFindings(of configuration: ServerConfiguration) async -> [ConfigurationFinding] {
        let findings = await BlockingThread.value("configuration check", of: configuration.findings)
        for finding in findings { log.logger.warning("\(finding.place): \(finding.message)") }
        return findings
    }

    /// Gives the watchdog the definitions that may have light.
    private func watchLights() {
        let current = current
        watchdog.watch(
            current.definitions.filter(\.definition.mayHaveLight).map { WorkerOrder($0, source, memory: RestoreLog()) }
        )
    }

    private func hurryEnd(after signal: String) async {
        log.logger.notice("\(signal) again: no longer waiting for devices that hang")
        for entry in entries { entry.keeper.hurryEnd() }
        for search in searches.values { await search.kill() }
    }

    // MARK: Starting and stopping definitions

    private func serve(
        _ new: ConfigurationSource.Numbered,
        memory: RestoreLog = RestoreLog(),
        counts: DeliveryBook? = nil
    ) async {
        count += 1
        let (number, definition) = (count, new.definition)
        health.add(definition.name)
        let order = WorkerOrder(new, source, memory: memory)
        let drivers = definition.devices.map(\.driver.name).joined(separator: ", ")
        let log = self.log.logger(
            alsoFor: definition.name,
            options: order.log,
            beginning: "\(definition.name): served by version \(version) with \(drivers)"
        )
        let workers = await workers(for: definition, number, order, new.all, log)
        // The server began to end meanwhile; nobody would stop a keeper that starts now.
        guard !isStopping else { return }
        let keeper = WorkerKeeper(
            number: number,
            order: order,
            definition: definition,
            from: workers,
            served: served,
            health: health,
            counts: counts,
            log: log
        )
        let end = Task { await keeper.run() }
        entries.append(Entry(number: number, definition: definition, keeper: keeper, end: end))
        watchInterlocks()
    }

    private func workers(
        for definition: Definition,
        _ number: Int,
        _ order: WorkerOrder,
        _ all: [Definition],
        _ log: Logger
    ) async -> any WorkerSource {
        guard let (key, candidates, uids) = definition.search else {
            return FreshWorkers(executable: executable, log: log)
        }
        let search =
            searches[key]
            ?? CameraSearch(candidates, executable: executable, health: health, log: self.log.logger)
        searches[key] = search
        await search.add(
            number,
            FloatingDefinition(
                name: definition.name,
                uids: uids,
                order: order,
                environment: all.simulatedEnvironment,
                openLimit: definition.devices.map(\.safety.openingLimit).max() ?? OpeningWatch.usualLimit,
                log: log
            )
        )
        return search
    }

    /// Shuts down the devices of definitions, light sources first.
    ///
    /// - Returns: the light sources that may be on.
    private func stop(_ entries: [Entry]) async -> [LightsOff.Finding] {
        let lights = entries.filter(\.keeper.hasLightSource)
        let others = entries.filter { !$0.keeper.hasLightSource }
        var uncertain: [LightsOff.Finding] = []
        for group in [lights, others] {
            for entry in group { entry.keeper.stop() }
            await withTaskGroup(of: [LightsOff.Finding].self) { tasks in
                for entry in group { tasks.addTask { await self.waitForEnd(of: entry) } }
                for await findings in tasks { uncertain += findings }
            }
        }
        let numbers = Set(entries.map(\.number))
        for entry in entries { health.remove(entry.definition.name) }
        self.entries.removeAll { numbers.contains($0.number) }
        watchInterlocks()
        return uncertain
    }

    private func watchInterlocks() {
        interlocks.watch(entries.map { InterlockWatch.Member(definition: $0.definition, keeper: $0.keeper) })
    }

    private func waitForEnd(of entry: Entry) async -> [LightsOff.Finding] {
        if let key = entry.definition.search?.key { await searches[key]?.remove(entry.number) }
        return await entry.keeper.waitForEnd()
    }

    // MARK: While it runs

    /// Reads the configuration again and applies what has changed; the other devices keep running.
    ///
    /// Changes nothing and throws ``ConfigurationErrors`` if the file has errors, or a ``ServerError`` if the
    /// configuration does not come from a file.
    func reload() async throws -> ConfigurationChanges {
        guard !isChanging, !isStopping else {
            throw ServerError("another reload is in progress, or the server is shutting down")
        }
        isChanging = true
        defer { isChanging = false }
        let new: ConfigurationSource.Version
        do { new = try source.read() } catch let error as ConfigurationErrors {
            log.logger.error("the configuration stays as it was; the new one has errors:\n\(error)")
            throw error
        } catch {
            log.logger.error("the configuration stays as it was: \(error)")
            throw error
        }
        var changes = ConfigurationChanges(from: entries.map(\.definition), to: new)
        log.logger.notice("reloaded \(source.file): \(changes)")
        changes.findings = await logFindings(of: new.configuration)
        let old = entries.filter { changes.ended.contains($0.definition.name) }
        let earlier = Dictionary(uniqueKeysWithValues: old.map { ($0.definition.name, $0.keeper) })
        changes.uncertainLights = await stop(old)
        current = new
        watchLights()
        for definition in changes.begun where !isStopping {
            // Clients stay registered; what they had set belonged to the device as it was.
            let keeper = earlier[definition.definition.name]
            await serve(definition, memory: keeper?.memory.clientsAlone ?? RestoreLog(), counts: keeper?.counts)
        }
        return changes
    }

    /// Replaces the worker processes of definitions; the other definitions keep running.
    ///
    /// - Parameter names: names of definitions, or of devices in them.
    /// - Returns: for each definition the reason why it is not served again, or None if it is.
    func restart(_ names: [String]) async throws -> PythonDictionary {
        guard !isStopping else { throw ServerError("the server is shutting down") }
        let chosen = try names.reduce(into: [Entry]()) { chosen, name in
            guard let entry = entries.first(where: { $0.definition.isCalled(name) }) else {
                let known = entries.map(\.definition.name).joined(separator: ", ")
                throw ServerError("no device or definition named '\(name)'; known names: \(known)")
            }
            if !chosen.contains(where: { $0.number == entry.number }) { chosen.append(entry) }
        }
        return await withTaskGroup(of: (String, String?).self) { group in
            for entry in chosen {
                group.addTask {
                    let failure = await entry.keeper.restart(within: Self.restartLimit)
                    return (entry.definition.name, failure)
                }
            }
            var failures = PythonDictionary()
            for await (name, failure) in group {
                failures[.str(name)] = failure.map(PythonValue.str) ?? PythonValue.none
            }
            return failures
        }
    }

    /// The longest time a caller waits for a restart.
    private static let restartLimit = Duration.seconds(40)

    /// Switches off the light of all devices, in parallel; returns the states that were read back.
    func switchLightsOff() async -> [LightsOff.Finding] {
        log.logger.notice("switching off all light on request")
        return await withTaskGroup(of: [LightsOff.Finding].self) { tasks in
            for entry in entries { tasks.addTask { await entry.keeper.switchLightsOffNow() } }
            var findings: [LightsOff.Finding] = []
            for await found in tasks { findings += found }
            return findings.sorted { $0.name < $1.name }
        }
    }

    /// Stops all motion, in parallel; returns what has become of each device that moves.
    func stopMotion() async -> [MotionFinding] {
        log.logger.notice("stopping all motion on request")
        return await withTaskGroup(of: [MotionFinding].self) { tasks in
            for entry in entries { tasks.addTask { await entry.keeper.stopMotion() } }
            var findings: [MotionFinding] = []
            for await found in tasks { findings += found }
            return findings.sorted { $0.name < $1.name }
        }
    }

    /// The status of every definition.
    func status() async -> ServerStatus {
        let entries = entries
        let statuses = await BlockingThread.value("status") { entries.map { $0.keeper.status(within: .seconds(1)) } }
        return ServerStatus(
            configuration: source.path,
            definitions: zip(entries, statuses).map { DefinitionStatus($0.definition, $1) }
        )
    }

    /// Runs this process as a worker of a supervisor, connected through its standard input.
    ///
    /// - Parameters:
    ///   - drivers: the drivers that a configuration file can name.
    ///   - program: makes the program's own configuration, the same as the supervisor's; nil if it has none.
    /// - Returns: the exit status.
    public static func serveAsWorker(
        drivers: DriverCatalog,
        program: (@Sendable () throws -> ServerConfiguration)? = nil
    ) -> Int32 {
        let channel = ControlChannel(descriptor: STDIN_FILENO)
        do { return try Worker(channel: channel, drivers: drivers, program: program).run() } catch {
            try? channel.send(.failed("\(error)"))
            return EXIT_FAILURE
        }
    }
}
