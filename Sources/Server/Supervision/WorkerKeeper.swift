internal import Devices
internal import Logging
internal import Threads

/// Keeps one definition served: gets it a worker, and another one when that has ended, until it is told to stop.
final class WorkerKeeper: Sendable {
    struct State {
        var upkeep: Upkeep<WorkerProcess>
        /// Whether the next worker is to be started without a wait.
        var isHurried = false
        var isStopping = false
        var hasEnded = false
    }

    let name: String
    /// The number by which its source knows the definition.
    private let number: Int
    /// What the first worker is told to serve.
    private let order: WorkerOrder
    /// Which of the devices have no hardware.
    private let simulated: [Bool]
    let source: any WorkerSource
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
        (self.number, self.order, self.source, self.served) = (number, order, source, served)
        name = definition.name
        (names, needed) = (definition.devices.map(\.name), definition.foreignParts)
        simulated = definition.devices.map(\.isSimulated)
        (self.attendance, self.log) = (attendance, log)
        state = Monitor(State(upkeep: Upkeep(memory: order.memory)))
    }

    var hasLightSource: Bool { state.withLock(\.upkeep.hasLightSource) }
    /// What clients have set so far.
    var memory: DeviceMemory { state.withLock(\.upkeep.memory) }
    private var isStopping: Bool { state.withLock(\.isStopping) }

    /// How things are, as the worker tells it within a limit.
    func status(within limit: Duration) -> WorkerStatus {
        let upkeep = state.withLock(\.upkeep)
        if upkeep.service == .serving, let worker = upkeep.tenure?.worker {
            worker.send(.askForReport)
            let _: Bool? = state.wait(within: limit) { state in
                state.upkeep.reportCount > upkeep.reportCount || state.upkeep.tenure == nil ? true : nil
            }
        }
        return WorkerStatus(state.withLock(\.upkeep), attendance.failure(of: name))
    }

    // MARK: One worker after another

    /// Has the definition served by workers one after another; returns when told to stop and the last one has ended.
    func run() async {
        var backoff = Backoff()
        while !isStopping {
            guard let parts = await waitForParts() else { break }
            guard let end = await runWorker(with: parts), !isStopping else { break }
            guard !end.isWanted else {
                backoff = Backoff()
                continue
            }
            let delay = backoff.delay(after: end.duration)
            if attendance.fail(name, end.reason, retryIn: delay) { log.error("\(name): \(end.reason)") }
            log.debug("\(name): \(delay.asRetry)")
            await wait(delay)
        }
        state.update { $0.hasEnded = true }
    }

    /// Where the devices are that the definition needs, once all of them are served; nil when told to stop.
    private func waitForParts() async -> [String: String]? {
        guard !needed.isEmpty else { return [:] }
        log.info("\(name): needs \(needed.sorted().joined(separator: ", "))")
        return await BlockingThread.value("parts of \(name)") { [served, needed, self] in
            served.uris(of: needed) { self.isStopping }
        }
    }

    /// Waits, or until told to stop or to hurry.
    private func wait(_ delay: Duration) async {
        guard delay > .zero else { return }
        await BlockingThread.value("retry of \(name)") { [state] in
            let _: Bool? = state.wait(within: delay) { $0.isStopping || $0.isHurried ? true : nil }
        }
    }

    /// How a worker ended.
    private struct End {
        let reason: String
        /// How long it was there.
        let duration: Duration
        /// Whether it was told to make way for another one.
        var isWanted = false
    }

    /// Runs one worker to its end; nil if there is none to be had.
    private func runWorker(with parts: [String: String]) async -> End? {
        let start = ContinuousClock.now
        do {
            guard let worker = try await source.worker(for: number, named: name) else { return nil }
            let begin = ContinuousClock.now
            let reason = await attend(worker, with: parts)
            let outcome = await worker.outcome
            let tenure = state.update { $0.upkeep.end() }
            served.remove(names)
            return End(
                reason: tenure?.isLost == true ? Self.loss : reason ?? outcome,
                duration: .now - begin,
                isWanted: tenure?.makesWay == true
            )
        } catch {
            return End(reason: "its process could not be started: \(error)", duration: .now - start)
        }
    }

    // MARK: One worker

    /// Listens to a worker until it has gone; gives the reason, if it named one.
    private func attend(_ worker: WorkerProcess, with parts: [String: String]) async -> String? {
        let order = state.update { state in
            state.isHurried = false
            state.upkeep.begin(worker)
            return state.upkeep.order(like: self.order, parts: parts)
        }
        // Told to stop while the worker was being started, before there was a line to tell it by.
        if isStopping { worker.hangUp() }
        worker.send(.start(order))
        let reason = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watch(worker) }
            defer { group.cancelAll() }
            return await listen(to: worker)
        }
        let hasServed = state.withLock { $0.upkeep.tenure?.isServing == true }
        worker.hangUp()
        if !hasServed, order.memory != DeviceMemory() { forget() }
        return reason
    }

    private func listen(to worker: WorkerProcess) async -> String? {
        var reason: String?
        for await message in worker.messages {
            switch message {
            case .serving(let uris, let hasLightSource): noteServing(at: uris, hasLightSource)
            case .memory(let memory): state.withLock { $0.upkeep.memory = memory }
            case .failed(let text): reason = text
            case .report(let report): state.update { $0.upkeep.note(report) }
            case .opened(let uid): await source.worker(worker, has: uid)
            case .start, .search, .shutDown, .askForReport, .counted, .exhausted: break
            }
        }
        return reason
    }

    private func noteServing(at uris: [String], _ hasLightSource: Bool) {
        state.update { $0.upkeep.serve(at: uris, hasLightSource: hasLightSource) }
        served.set(Array(zip(names, uris)).map { (name: $0, uri: $1) })
        attendance.note(name, .served)
        for (uri, isSimulated) in zip(uris, simulated) {
            log.notice("serving \(uri)\(isSimulated ? " (simulated)" : "")")
        }
    }

    /// What clients had set may be what no worker survives, so that the next one has to do without.
    private func forget() {
        state.withLock { $0.upkeep.memory = DeviceMemory() }
        log.warning("\(name): a worker did not start with what clients had set; the next one starts without")
    }

    // MARK: The end

    /// Ends the worker at once, without shutting its devices down.
    func killWorker() { state.withLock(\.upkeep.tenure)?.worker.kill() }

    /// Tells the worker to shut its devices down, and not to be replaced.
    func stop() {
        let tenure = state.update { state in
            state.isStopping = true
            return state.upkeep.tenure
        }
        tenure?.worker.send(.shutDown)
        served.wake()
    }

    /// Waits for the worker to end, and ends it by force when it does not.
    func waitForEnd(within limit: Duration) {
        let ended: Bool? = state.wait(within: limit) { $0.hasEnded ? true : nil }
        guard ended == nil, let worker = state.withLock(\.upkeep.tenure)?.worker else { return }
        log.error("\(name): does not shut down; killed")
        worker.kill()
    }
}

extension WorkerKeeper {
    /// How a worker ended that was given up.
    static let loss = "its process did not answer for \(Heartbeat.lossTime.formatted) and was killed"

    /// Asks a worker for a report again and again, until the task is cancelled; ends the worker when it leaves too many
    /// questions unanswered.
    func watch(_ worker: WorkerProcess) async {
        var heartbeat = Heartbeat()
        while !Task.isCancelled {
            let before = state.withLock(\.upkeep.reportCount)
            worker.send(.askForReport)
            // What has not been asked meanwhile, be it by a computer that was asleep, does not count.
            try? await Task.sleep(for: Heartbeat.interval, clock: .suspending)
            // One that was told to end has a limit of its own for that.
            guard !Task.isCancelled, !state.withLock({ $0.upkeep.tenure?.makesWay == true }) else { return }
            let hasAnswered = state.withLock { $0.upkeep.reportCount > before }
            switch heartbeat.note(hasAnswered: hasAnswered) {
            case .answers: noteAnswer()
            case .silent: noteSilence(of: worker)
            case .lost: return end(worker)
            }
        }
    }

    private func noteAnswer() {
        let (wasSilent, isServing) = state.update { state in
            (state.upkeep.noteAnswer(), state.upkeep.service == .serving)
        }
        guard wasSilent else { return }
        log.notice("\(name): its process answers again")
        attendance.note(name, isServing ? .served : .awaited)
    }

    private func noteSilence(of worker: WorkerProcess) {
        guard state.update({ $0.upkeep.noteSilence() }) else { return }
        let reason = "process \(worker.pid ?? 0) does not answer"
        _ = attendance.fail(name, reason)
        let light = hasLightSource ? "; what it has of light may be on" : ""
        log.error("\(name): \(reason)\(light); it is killed unless it answers within \(Heartbeat.graceTime.formatted)")
    }

    private func end(_ worker: WorkerProcess) {
        state.withLock { $0.upkeep.giveUp() }
        worker.kill()
    }
}

extension WorkerKeeper {
    /// Has the worker shut its devices down and make way for another one.
    ///
    /// The next one knows what clients have set, as after a crash. Where there is no worker, the next try is made at once.
    ///
    /// - Parameters:
    ///   - end: how long the worker may take to shut its devices down before it is killed.
    ///   - start: how long the next one may take to serve them.
    /// - Returns: why the definition is not served again; nil if it is.
    func restart(end: Duration, start: Duration) async -> String? {
        let tenure = state.update { state in
            state.isHurried = true
            return state.upkeep.makeWay()
        }
        log.notice("\(name): started again, as somebody has asked for")
        attendance.note(name, .awaited)
        await source.hurry()
        return await BlockingThread.value("restart of \(name)") { [self] in
            if let worker = tenure?.worker {
                worker.send(.shutDown)
                waitForEnd(of: worker, within: end)
            }
            switch attendance.presence(of: name, within: start) {
            case .served: return nil
            case .missing: return attendance.failure(of: name)?.reason ?? "it is not served"
            case .awaited, nil: return "not served yet; `device-server status` tells when it is"
            }
        }
    }

    private func waitForEnd(of worker: WorkerProcess, within limit: Duration) {
        let hasEnded: Bool? = state.wait(within: limit) { $0.upkeep.tenure?.worker === worker ? nil : true }
        guard hasEnded == nil else { return }
        log.error("\(name): does not shut down; killed")
        worker.kill()
    }
}

/// Where the workers for definitions come from.
protocol WorkerSource: Sendable {
    /// A worker for the definition with a number, that waits for its order; nil when there shall be none any more.
    func worker(for number: Int, named name: String) async throws -> WorkerProcess?
    /// A worker has opened a floating device, beside the one it was chosen for.
    func worker(_ worker: WorkerProcess, has uid: String) async
    /// Somebody waits for workers: where they could not be had, this is tried again at once.
    func hurry() async
}

/// Starts a new process for each definition, which may as well open its devices there.
struct FreshWorkers: WorkerSource {
    let executable: String
    let log: Logger

    func worker(for number: Int, named name: String) throws -> WorkerProcess? {
        try WorkerProcess(name, executable: executable, environment: [:], log: log)
    }

    func worker(_ worker: WorkerProcess, has uid: String) {}
    func hurry() {}
}
