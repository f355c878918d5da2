public import Devices
internal import Glibc
internal import Logging
internal import Threads

/// Serves every definition of a configuration, each in a worker process of its own.
///
/// It touches no hardware itself.
public struct Supervisor: Sendable {
    private let keepers: [WorkerKeeper]
    private let searches: [FloatingSearch]
    private let log: Log

    /// - Parameters:
    ///   - text: the configuration, already found to be without errors as `configuration`.
    ///   - executable: the program to start workers from, which runs ``serveAsWorker(drivers:)`` when called with the
    ///     word `worker`.
    public init(
        _ configuration: ServerConfiguration,
        text: String,
        file: String,
        isSimulated: Bool,
        executable: String = "/proc/self/exe"
    ) {
        let log = Log(name: "device-server", options: configuration.log)
        let orders = configuration.definitions.indices.map { index in
            WorkerOrder(
                text: text,
                file: file,
                definition: index,
                isSimulated: isSimulated,
                log: configuration.log,
                memory: DeviceMemory()
            )
        }
        var simulated = configuration
        if isSimulated { simulated.simulateEverything() }
        let searches = SearchPlan.plans(for: simulated.definitions).map { plan in
            (plan, plan.search(orders: orders, executable: executable, log: log.logger))
        }
        let fresh = FreshWorkers(executable: executable, log: log.logger)
        keepers = configuration.definitions.enumerated().map { index, definition in
            let search = searches.first { $0.0.definitions.keys.contains(index) }?.1
            return WorkerKeeper(
                definition.name,
                order: orders[index],
                simulated: simulated.definitions[index].devices.map(\.isSimulated),
                from: search ?? fresh,
                log: log.logger
            )
        }
        self.searches = searches.map(\.1)
        self.log = log
    }

    /// Serves until SIGINT or SIGTERM, then shuts every device down, light sources first.
    public func run() async {
        // A log that nobody reads any more is no reason to end.
        signal(SIGPIPE, SIG_IGN)
        let signals = EndSignals.names
        await withDiscardingTaskGroup { group in
            for keeper in keepers { group.addTask { await keeper.run() } }
            var names = signals.makeAsyncIterator()
            let name = await names.next() ?? "no signal"
            log.logger.notice("shutting down after \(name)")
            let impatience = Task { [keepers, searches] in
                // Whoever asks twice does not want to wait for devices that hang.
                for await _ in signals {
                    for keeper in keepers { keeper.killWorker() }
                    for search in searches { await search.kill() }
                }
            }
            await shutDown()
            impatience.cancel()
        }
        log.logger.notice("all devices are shut down")
        log.flush()
    }

    private func shutDown() async {
        await withDiscardingTaskGroup { group in
            for search in searches { group.addTask { await search.stop() } }
            let lights = keepers.filter(\.hasLightSource)
            for keeper in lights { keeper.stop() }
            await waitForEnd(of: lights)
            for keeper in keepers { keeper.stop() }
            await waitForEnd(of: keepers)
        }
    }

    /// Waits on threads of its own, since neither tasks nor Dispatch's threads must block.
    private func waitForEnd(of keepers: [WorkerKeeper]) async {
        await withDiscardingTaskGroup { group in
            for keeper in keepers {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        _ = BlockingThread("end of \(keeper.name)") {
                            keeper.waitForEnd(within: WorkerProcess.patience)
                            continuation.resume()
                        }
                    }
                }
            }
        }
    }

    /// Runs this process as a worker of a supervisor, by the channel that it was given as its standard input.
    ///
    /// - Returns: the status to exit with.
    public static func serveAsWorker(drivers: DriverCatalog) -> Int32 {
        Worker(channel: ControlChannel(descriptor: STDIN_FILENO), drivers: drivers).run()
    }
}
