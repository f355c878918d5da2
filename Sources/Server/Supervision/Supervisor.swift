public import Devices
internal import Glibc
internal import Logging
internal import Pickle
internal import Threads

/// Serves every definition of a configuration, each in a worker process of its own.
///
/// It touches no hardware itself.
public actor Supervisor {
    /// A definition that is served, and what serves it.
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
    private var searches: [SearchKey: FloatingSearch] = [:]
    private let served = ServedParts()
    private var count = 0
    private var isChanging = false
    private var isStopping = false
    private let attendance = Attendance()

    /// - Parameters:
    ///   - source: where the configuration is, for reading it again; it has been found to be without errors.
    ///   - executable: the program to start workers from, which runs ``serveAsWorker(drivers:program:)`` when called
    ///     with the word `worker`.
    public init(_ source: ConfigurationSource, executable: String = "/proc/self/exe") {
        self.source = source
        self.executable = executable
        log = Log(name: "device-server", options: source.first.configuration.log)
    }

    /// Serves until SIGINT or SIGTERM, then shuts every device down, light sources first.
    public func run() async {
        // A log that nobody reads any more is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        // Whose terminal is closed cannot be seen any more, and must not leave light on behind.
        let endsAtHangUp = isatty(STDIN_FILENO) == 1 || isatty(STDERR_FILENO) == 1
        let signals = EndSignals.names
        let control = ControlPoint(self, log: log.logger)
        for definition in source.first.definitions { await serve(definition) }
        let report = ServiceNotifier().map { ServiceReport(to: $0, on: attendance) }
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
        report?.tellEnd()
        let impatience = Task {
            // Whoever asks twice does not want to wait for devices that hang.
            for await name in signals where name != "SIGHUP" { await kill() }
        }
        control?.close()
        await stop(entries)
        for search in searches.values { await search.stop() }
        impatience.cancel()
        log.logger.notice("all devices are shut down")
        log.flush()
    }

    private func kill() async {
        for entry in entries { entry.keeper.killWorker() }
        for search in searches.values { await search.kill() }
    }

    // MARK: Beginning and end of definitions

    private func serve(_ new: ConfigurationSource.Numbered, memory: DeviceMemory = DeviceMemory()) async {
        count += 1
        let (number, definition) = (count, new.definition)
        attendance.add(definition.name)
        let order = WorkerOrder(new, source, memory: memory)
        let drivers = definition.devices.map(\.driver.name).joined(separator: ", ")
        let log = self.log.logger(
            alsoFor: definition.name,
            options: order.log,
            beginning: "\(definition.name): to be served by version \(version), with \(drivers)"
        )
        let workers = await workers(for: definition, number, order, new.all, log)
        // Told to end meanwhile: what is begun now nobody would stop.
        guard !isStopping else { return }
        let keeper = WorkerKeeper(
            number: number,
            order: order,
            definition: definition,
            from: workers,
            served: served,
            attendance: attendance,
            log: log
        )
        let end = Task { await keeper.run() }
        entries.append(Entry(number: number, definition: definition, keeper: keeper, end: end))
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
            ?? FloatingSearch(candidates, executable: executable, attendance: attendance, log: self.log.logger)
        searches[key] = search
        await search.add(
            number,
            FloatingDefinition(
                name: definition.name,
                uids: uids,
                order: order,
                environment: all.simulatedEnvironment,
                log: log
            )
        )
        return search
    }

    /// Shuts the devices of definitions down, light sources first.
    private func stop(_ entries: [Entry]) async {
        let lights = entries.filter(\.keeper.hasLightSource)
        let others = entries.filter { !$0.keeper.hasLightSource }
        for group in [lights, others] {
            for entry in group { entry.keeper.stop() }
            await withDiscardingTaskGroup { tasks in
                for entry in group { tasks.addTask { await self.waitForEnd(of: entry) } }
            }
        }
        let numbers = Set(entries.map(\.number))
        for entry in entries { attendance.remove(entry.definition.name) }
        self.entries.removeAll { numbers.contains($0.number) }
    }

    private func waitForEnd(of entry: Entry) async {
        if let key = entry.definition.search?.key { await searches[key]?.remove(entry.number) }
        await BlockingThread.value("end of \(entry.keeper.name)") {
            entry.keeper.waitForEnd(within: WorkerProcess.patience)
        }
        await entry.end.value
    }

    // MARK: While it runs

    /// Reads the configuration again and carries out what has changed; the other devices go on as they are.
    ///
    /// Throws ``ConfigurationErrors`` if there are errors in it, or a ``ControlError`` if it is no file's, and then
    /// changes nothing.
    func reload() async throws -> ConfigurationChanges {
        guard !isChanging, !isStopping else { throw ControlError("the server is already being changed") }
        isChanging = true
        defer { isChanging = false }
        let new: ConfigurationSource.Version
        do { new = try source.read() } catch let error as ConfigurationErrors {
            log.logger.error("the configuration stays as it was, since the new one has errors:\n\(error)")
            throw error
        } catch {
            log.logger.error("the configuration stays as it was: \(error)")
            throw error
        }
        let changes = ConfigurationChanges(from: entries.map(\.definition), to: new)
        log.logger.notice("\(source.file) was read again: \(changes)")
        let old = entries.filter { changes.ended.contains($0.definition.name) }
        let memories = Dictionary(uniqueKeysWithValues: old.map { ($0.definition.name, $0.keeper.memory) })
        await stop(old)
        for definition in changes.begun where !isStopping {
            // The clients go on listening; what they had set was for the device as it was.
            await serve(definition, memory: memories[definition.definition.name]?.clientsAlone ?? DeviceMemory())
        }
        return changes
    }

    /// Has the devices of definitions shut down and served again by other processes; the other definitions go on.
    ///
    /// - Parameter names: those of definitions, or of devices in them.
    /// - Returns: for each definition why it is not served again; None if it is.
    func restart(_ names: [String]) async throws -> PythonDictionary {
        guard !isStopping else { throw ControlError("the server is ending") }
        let chosen = try names.reduce(into: [Entry]()) { chosen, name in
            guard let entry = entries.first(where: { $0.definition.isCalled(name) }) else {
                let known = entries.map(\.definition.name).joined(separator: ", ")
                throw ControlError("nothing is called \(name) here; there are: \(known)")
            }
            if !chosen.contains(where: { $0.number == entry.number }) { chosen.append(entry) }
        }
        return await withTaskGroup(of: (String, String?).self) { group in
            for entry in chosen {
                group.addTask {
                    let failure = await entry.keeper.restart(end: WorkerProcess.patience, start: Self.restartLimit)
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

    /// How long whoever asked for a restart waits for it at most.
    private static let restartLimit = Duration.seconds(40)

    /// How each definition is served.
    func status() async -> ServerStatus {
        let entries = entries
        let statuses = await BlockingThread.value("status") { entries.map { $0.keeper.status(within: .seconds(1)) } }
        return ServerStatus(
            file: source.path,
            definitions: zip(entries, statuses).map { DefinitionStatus($0.definition, $1) }
        )
    }

    /// Runs this process as a worker of a supervisor, by the channel that it was given as its standard input.
    ///
    /// - Parameters:
    ///   - drivers: those that a configuration file can name.
    ///   - program: makes the configuration of the program itself, the same as the supervisor has; nil if it has none.
    /// - Returns: the status to exit with.
    public static func serveAsWorker(
        drivers: DriverCatalog,
        program: (@Sendable () throws -> ServerConfiguration)? = nil
    ) -> Int32 {
        Worker(channel: ControlChannel(descriptor: STDIN_FILENO), drivers: drivers, program: program).run()
    }
}
