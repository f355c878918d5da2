internal import Devices
internal import Glibc
internal import Logging
internal import Pickle
internal import Pyro
internal import Threads

/// Keeps one definition served: gets it a worker, and another one when that has ended, until it is told to stop.
final class WorkerKeeper: Sendable {
    struct State {
        var worker: WorkerProcess?
        /// Whether the worker does not answer, and whether it is ended for that.
        var isSilent = false
        var isLost = false
        /// Since when it has been served as it is.
        var since = Timestamp.now
        var memory: DeviceMemory
        var hasServed = false
        var hasLightSource = false
        var uris: [String] = []
        /// Where the last worker listened.
        var port: Int?
        var starts = 0
        /// What the worker said of its devices when it was last asked, and how often it has.
        var report = PythonDictionary()
        var reportCount = 0
        var isStopping = false
        var hasEnded = false

        /// Forgets a worker that has ended.
        mutating func clear() {
            (worker, uris, isSilent, isLost) = (nil, [], false, false)
            report = PythonDictionary()
        }

        var service: ServiceState {
            if isSilent { return .notAnswering }
            return uris.isEmpty ? (worker == nil ? .waiting : .starting) : .serving
        }
    }

    let name: String
    /// The number by which its source knows the definition.
    private let number: Int
    private let order: WorkerOrder
    /// Which of the devices have no hardware.
    private let simulated: [Bool]
    private let source: any WorkerSource
    /// The names of the definition's devices, and of those of other definitions that it needs.
    private let (names, needed): ([String], Set<String>)
    private let served: ServedParts
    let attendance: Attendance
    let log: Logger
    let state: Monitor<State>

    init(
        number: Int,
        order: WorkerOrder,
        definition: Definition,
        from source: any WorkerSource,
        served: ServedParts,
        attendance: Attendance,
        log: Logger
    ) {
        name = definition.name
        (names, needed) = (definition.devices.map(\.name), definition.foreignParts)
        simulated = definition.devices.map(\.isSimulated)
        self.served = served
        self.number = number
        state = Monitor(State(memory: order.memory))
        self.order = order
        self.source = source
        self.attendance = attendance
        self.log = log
    }

    var hasLightSource: Bool { state.withLock(\.hasLightSource) }
    private var isStopping: Bool { state.withLock(\.isStopping) }

    /// Changes the state, and notes the time if the definition is then served in another way.
    func change<Result>(_ body: (inout State) -> Result) -> Result {
        state.update { state in
            let before = state.service
            defer { if state.service != before { state.since = Timestamp.now } }
            return body(&state)
        }
    }

    /// Has the definition served by workers one after another; returns when told to stop and the last one has ended.
    func run() async {
        var backoff = Backoff()
        while !isStopping {
            guard let parts = await waitForParts() else { break }
            guard let (end, duration) = await runWorker(with: parts), !isStopping else { break }
            let delay = backoff.delay(after: duration)
            if attendance.fail(name, end, retryIn: delay) { log.error("\(name): \(end)") }
            log.debug("\(name): \(delay.asRetry)")
            await wait(delay)
        }
        state.update { $0.hasEnded = true }
    }

    /// Where the devices are that the definition needs, once all of them are served; nil when told to stop.
    private func waitForParts() async -> [String: String]? {
        guard !needed.isEmpty else { return [:] }
        log.info("\(name): needs \(needed.sorted().joined(separator: ", "))")
        return await withCheckedContinuation { continuation in
            // On a thread of its own, since tasks must not block.
            _ = BlockingThread("parts of \(name)") { [served, needed, self] in
                continuation.resume(returning: served.uris(of: needed) { self.isStopping })
            }
        }
    }

    /// Runs one worker to its end, and says how it ended and how long it was there; nil if there is none to be had.
    private func runWorker(with parts: [String: String]) async -> (end: String, duration: Duration)? {
        let start = ContinuousClock.now
        do {
            guard let worker = try await source.worker(for: number, named: name) else { return nil }
            let begin = ContinuousClock.now
            let reason = await attend(worker, with: parts)
            let outcome = await worker.outcome
            let isLost = change { state in
                defer { state.clear() }
                return state.isLost
            }
            served.remove(names)
            return (isLost ? Self.loss : reason ?? outcome, .now - begin)
        } catch {
            return ("its process could not be started: \(error)", .now - start)
        }
    }

    /// Listens to a worker until it has gone; gives the reason, if it named one.
    private func attend(_ worker: WorkerProcess, with parts: [String: String]) async -> String? {
        let order = change { state in
            state.worker = worker
            state.starts += 1
            var order = self.order
            order.memory = state.memory
            order.parts = parts
            order.port = state.port
            order.isRestart = state.hasServed
            return order
        }
        // Told to stop while the worker was being started, before there was a line to tell it by.
        if isStopping { worker.hangUp() }
        worker.send(.start(order))
        let reason = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watch(worker) }
            defer { group.cancelAll() }
            return await listen(to: worker)
        }
        let hasServed = state.withLock { !$0.uris.isEmpty }
        worker.hangUp()
        if !hasServed, order.memory != DeviceMemory() { forget() }
        return reason
    }

    private func listen(to worker: WorkerProcess) async -> String? {
        var reason: String?
        for await message in worker.messages {
            switch message {
            case .serving(let uris, let hasLightSource): noteServing(at: uris, hasLightSource)
            case .memory(let memory): state.withLock { $0.memory = memory }
            case .failed(let text): reason = text
            case .report(let report):
                state.update { state in
                    state.report = report
                    state.reportCount += 1
                }
            case .opened(let uid): await source.worker(worker, has: uid)
            case .start, .search, .shutDown, .askForReport, .counted, .exhausted: break
            }
        }
        return reason
    }

    private func noteServing(at uris: [String], _ hasLightSource: Bool) {
        change { state in
            state.hasServed = true
            state.uris = uris
            if case .tcp(_, let port)? = uris.first.flatMap({ PyroURI($0) })?.location { state.port = port }
            state.hasLightSource = hasLightSource
        }
        served.set(Array(zip(names, uris)).map { (name: $0, uri: $1) })
        attendance.note(name, .served)
        for (uri, isSimulated) in zip(uris, simulated) {
            log.notice("serving \(uri)\(isSimulated ? " (simulated)" : "")")
        }
    }

    /// What clients had set may be what no worker survives, so that the next one has to do without.
    private func forget() {
        state.withLock { $0.memory = DeviceMemory() }
        log.warning("\(name): a worker did not start with what clients had set; the next one starts without")
    }

    /// What clients have set so far.
    var memory: DeviceMemory { state.withLock(\.memory) }

    /// How things are, as the worker tells it within a limit.
    func status(within limit: Duration) -> WorkerStatus {
        let (worker, before, service) = state.withLock { ($0.worker, $0.reportCount, $0.service) }
        if let worker, service == .serving {
            worker.send(.askForReport)
            let _: Bool? = state.wait(within: limit) { $0.reportCount > before || $0.worker == nil ? true : nil }
        }
        return state.withLock { state in
            WorkerStatus(
                state: state.service,
                since: state.since,
                pid: state.worker?.pid,
                uris: state.uris,
                restarts: max(0, state.starts - 1),
                failure: attendance.failure(of: name),
                report: state.report
            )
        }
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
        served.wake()
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
