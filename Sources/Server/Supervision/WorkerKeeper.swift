internal import Glibc
internal import Logging
internal import Threads

/// Keeps one definition served: gets it a worker, and another one when that has ended, until it is told to stop.
final class WorkerKeeper: Sendable {
    private struct State {
        var worker: WorkerProcess?
        var memory = DeviceMemory()
        var hasServed = false
        var hasLightSource = false
        var isStopping = false
        var hasEnded = false
    }

    let name: String
    private let order: WorkerOrder
    /// Which of the devices have no hardware.
    private let simulated: [Bool]
    private let source: any WorkerSource
    private let log: Logger
    private let state = Monitor(State())

    init(_ name: String, order: WorkerOrder, simulated: [Bool], from source: any WorkerSource, log: Logger) {
        self.name = name
        self.order = order
        self.simulated = simulated
        self.source = source
        self.log = log
    }

    var hasLightSource: Bool { state.withLock(\.hasLightSource) }
    private var isStopping: Bool { state.withLock(\.isStopping) }

    /// Has the definition served by workers one after another; returns when told to stop and the last one has ended.
    func run() async {
        var backoff = Backoff()
        while !isStopping {
            guard let (end, duration) = await runWorker(), !isStopping else { break }
            let delay = backoff.delay(after: duration)
            log.error("\(name): \(end)\(delay.asRetry)")
            await wait(delay)
        }
        state.update { $0.hasEnded = true }
    }

    /// Runs one worker to its end, and says how it ended and how long it was there; nil if there is none to be had.
    private func runWorker() async -> (end: String, duration: Duration)? {
        let start = ContinuousClock.now
        do {
            guard let worker = try await source.worker(for: order.definition, named: name) else { return nil }
            let begin = ContinuousClock.now
            let reason = await attend(worker)
            let outcome = await worker.outcome
            state.withLock { $0.worker = nil }
            return (reason ?? outcome, .now - begin)
        } catch {
            return ("its process could not be started: \(error)", .now - start)
        }
    }

    /// Listens to a worker until it has gone; gives the reason, if it named one.
    private func attend(_ worker: WorkerProcess) async -> String? {
        let order = state.withLock { state in
            state.worker = worker
            var order = self.order
            order.memory = state.memory
            order.isRestart = state.hasServed
            return order
        }
        // Told to stop while the worker was being started, before there was a line to tell it by.
        if isStopping { worker.hangUp() }
        worker.send(.start(order))
        var (reason, isServing) = (String?.none, false)
        for await message in worker.messages {
            switch message {
            case .serving(let uris, let hasLightSource):
                isServing = true
                state.withLock { state in
                    state.hasServed = true
                    state.hasLightSource = hasLightSource
                }
                for (uri, isSimulated) in zip(uris, simulated) {
                    log.notice("serving \(uri)\(isSimulated ? " (simulated)" : "")")
                }
            case .memory(let memory): state.withLock { $0.memory = memory }
            case .failed(let text): reason = text
            case .opened(let uid): await source.worker(worker, has: uid)
            case .start, .search, .shutDown, .counted, .exhausted: break
            }
        }
        worker.hangUp()
        if !isServing, order.memory != DeviceMemory() { forget() }
        return reason
    }

    /// What clients had set may be what no worker survives, so that the next one has to do without.
    private func forget() {
        state.withLock { $0.memory = DeviceMemory() }
        log.warning("\(name): a worker did not start with what clients had set; the next one starts without")
    }

    /// Ends the worker at once, without shutting its devices down.
    func killWorker() { state.withLock(\.worker)?.kill() }

    /// Tells the worker to shut its devices down, and not to be replaced.
    func stop() {
        let worker = state.update { state in
            state.isStopping = true
            return state.worker
        }
        worker?.send(.shutDown)
    }

    /// Waits for the worker to end, and ends it by force when it does not.
    func waitForEnd(within limit: Duration) {
        let ended: Bool? = state.wait(within: limit) { $0.hasEnded ? true : nil }
        guard ended == nil, let worker = state.withLock(\.worker) else { return }
        log.error("\(name): does not shut down; killed")
        worker.kill()
    }

    /// Waits, or until told to stop.
    private func wait(_ delay: Duration) async {
        let clock = ContinuousClock()
        let end = clock.now + delay
        while !isStopping, clock.now < end {
            try? await Task.sleep(until: min(end, clock.now + .milliseconds(50)), clock: clock)
        }
    }
}
