internal import Devices
internal import Logging
internal import Platform
internal import Pyro

/// The keeper of one definition: gets it a worker, and a new worker each time one ends, until stopped.
final class WorkerKeeper: Sendable {
    struct State {
        var workerState: WorkerState<WorkerProcess>
        /// Whether to start the next worker without a wait.
        var isHurried = false
        var isStopping = false
        /// Whether to end the worker quickly, even if its devices hang.
        var isEndHurried = false
        var hasEnded = false
    }

    let name: String
    /// The number of the definition in its source of workers.
    private let number: Int
    /// The order for the first worker.
    let order: WorkerOrder
    /// Which of the devices are simulated.
    private let simulated: [Bool]
    /// The devices that may move, and whether they are only wheels.
    let (moving, movesOnlyWheels): ([String], Bool)
    /// What is done when a call hangs, by device.
    let hangRules: [(device: String, rule: HangRule, whileOpening: HangRule)]
    let source: any WorkerSource
    /// The program to start workers from.
    let executable: String
    /// The names of the definition's devices, and of the devices of other definitions that it uses.
    private let (names, needed): ([String], Set<String>)
    let served: ServedParts
    let health: ServiceHealth
    /// Which conditions of interlocks hold, as the worker has answered.
    let observed = ObservedConditions()
    private let port: ServicePort
    let log: Logger
    /// What was sent and lost, by all workers together; nil if the system has no memory to share.
    let counts: DeliveryBook?
    let state: Lock<State>

    init(
        number: Int,
        order: WorkerOrder,
        definition: Definition,
        from source: any WorkerSource,
        served: ServedParts,
        health: ServiceHealth,
        counts: DeliveryBook? = nil,
        log: Logger
    ) {
        (self.number, self.order, self.source, self.served) = (number, order, source, served)
        name = definition.name
        (names, needed) = (definition.devices.map(\.name), definition.foreignParts)
        simulated = definition.devices.map(\.isSimulated)
        let moving = definition.devices.filter(\.driver.mayMove)
        (self.moving, movesOnlyWheels) = (moving.map(\.name), moving.allSatisfy { $0.driver.kind == .filterWheel })
        hangRules = definition.devices.map { ($0.name, $0.hangRule, $0.safety.onHang ?? .restart) }
        (self.health, self.log) = (health, log)
        self.counts = counts ?? Self.newBook(definition.name, log)
        port = ServicePort(definition, log: log) { [name = definition.name] in
            let failure = health.failure(of: name)
            return "\(name) is not served" + (failure.map { ": \($0.reason)" } ?? " yet: it is being opened")
        }
        executable = source.executable
        state = Lock(
            State(workerState: WorkerState(memory: order.memory, mayHaveLight: definition.mayHaveLight))
        )
    }

    var hasLightSource: Bool { state.withLock(\.workerState.switchesLight) }
    /// What clients have set so far.
    var memory: RestoreLog { state.withLock(\.workerState.memory) }
    private var isStopping: Bool { state.withLock(\.isStopping) }

    /// The status, with a fresh report of the worker if one arrives within a limit.
    func status(within limit: Duration) -> WorkerStatus {
        let workerState = state.withLock(\.workerState)
        if workerState.service == .serving, let worker = workerState.running?.worker {
            worker.send(.askForReport)
            let _: Bool? = state.wait(within: limit) { state in
                state.workerState.reportCount > workerState.reportCount || state.workerState.running == nil ? true : nil
            }
        }
        return WorkerStatus(state.withLock(\.workerState), health.failure(of: name), counts)
    }

    // MARK: One worker after another

    /// Runs one worker after another; returns once stopped, when the last worker has ended.
    func run() async {
        var backoff = Backoff()
        while !isStopping {
            guard let parts = await waitForParts() else { break }
            guard let end = await runWorker(with: parts), !isStopping else { break }
            guard !end.isWanted else {
                backoff = Backoff()
                continue
            }
            if end.isFinal {
                let reason = "\(end.reason) (not retried: correct the configuration, then reload or restart)"
                if health.fail(name, reason) { log.error("\(name): \(reason)") }
                await waitForRequest()
                continue
            }
            // A device that hangs again and again must not be opened all the time.
            let isChronic = end.isCure && end.duration < Self.remission
            var delay = isChronic ? backoff.delay() : backoff.delay(after: end.duration)
            // The next worker switches off what this one may have left on.
            if state.withLock(\.workerState.isLightUncertain) { delay = min(delay, Self.longestDarkness) }
            if health.fail(name, end.reason, retryIn: delay) { log.error("\(name): \(end.reason)") }
            log.debug("\(name): \(delay.asRetry)")
            await wait(delay)
        }
        port.close()
        state.update { $0.hasEnded = true }
    }

    /// How long a device must not hang until its next hang counts as the first one.
    private static let remission = Duration.seconds(60)
    /// The longest wait before an attempt while light may be on.
    private static let longestDarkness = Duration.seconds(2)

    /// The URIs of the devices that the definition uses, once all of them are served; nil when stopped.
    private func waitForParts() async -> [String: String]? {
        guard !needed.isEmpty else { return [:] }
        log.info("\(name): waiting for \(needed.sorted().joined(separator: ", "))")
        return await BlockingThread.value("parts of \(name)") { [served, needed, self] in
            served.uris(of: needed) { self.isStopping }
        }
    }

    /// Waits until the delay is over, the keeper is stopped, or a restart is wanted.
    private func wait(_ delay: Duration) async {
        guard delay > .zero else { return }
        await BlockingThread.value("retry of \(name)") { [state] in
            let _: Bool? = state.wait(within: delay) { $0.isStopping || $0.isHurried ? true : nil }
        }
    }

    /// Waits until the keeper is stopped, or a restart is wanted.
    private func waitForRequest() async {
        while !state.withLock({ $0.isStopping || $0.isHurried }) { await wait(.seconds(3600)) }
    }

    /// The end of a worker.
    private struct End {
        let reason: String
        /// Whether the next worker would end for the same reason.
        var isFinal = false
        /// The worker's lifetime.
        let duration: Duration
        /// Whether it was asked to end, to be replaced.
        var isWanted = false
        /// Whether it was killed because a call hung.
        var isCure = false
    }

    /// Runs one worker to its end; nil if none is available.
    private func runWorker(with parts: [String: String]) async -> End? {
        let start = ContinuousClock.now
        do {
            let opened = await BlockingThread.value("port of \(name)") { [port] in Result { try port.open() } }
            let listener: ListeningSocket
            do { listener = try opened.get() } catch { return End(reason: "\(error)", duration: .now - start) }
            guard let worker = try await source.worker(for: number, named: name) else { return nil }
            let begin = ContinuousClock.now
            let ending = await attend(worker, with: parts, listener)
            let outcome = await worker.outcome
            settleCounts()
            port.noteAbsence()
            let running = state.update { $0.workerState.end() }
            served.remove(names)
            return End(
                reason: running?.cure ?? (running?.isLost == true ? Self.loss : ending.reason ?? outcome),
                isFinal: ending.isFinal,
                duration: .now - begin,
                isWanted: running?.isBeingReplaced == true,
                isCure: running?.cure != nil
            )
        } catch {
            return End(reason: "its process could not be started: \(error)", duration: .now - start)
        }
    }

    // MARK: Counts

    private static func newBook(_ name: String, _ log: Logger) -> DeliveryBook? {
        do { return try DeliveryBook() } catch {
            log.warning("\(name): what is sent and lost is only counted for each process by itself: \(error)")
            return nil
        }
    }

    /// Counts the data that were on their way in a worker that has ended.
    private func settleCounts() {
        for (name, lost) in counts?.settle() ?? [] {
            log.warning("\(name): \(lost) data that were on their way are lost with the process")
        }
    }

    // MARK: One worker

    /// The reason that a worker gave for its end, if any, and whether the next one would give the same.
    private typealias Ending = (reason: String?, isFinal: Bool)

    /// Listens to a worker until it has gone.
    private func attend(
        _ worker: WorkerProcess,
        with parts: [String: String],
        _ listener: ListeningSocket
    ) async -> Ending {
        let order = state.update { state in
            state.isHurried = false
            state.workerState.begin(worker)
            return state.workerState.order(like: self.order, parts: parts)
        }
        // Stopped while the worker was being started, before there was a channel to it.
        if isStopping { worker.hangUp() }
        worker.send(.start(order), handing: [listener.descriptor] + (counts.map { [$0.descriptor] } ?? []))
        let ending = await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.watch(worker) }
            defer { group.cancelAll() }
            return await listen(to: worker)
        }
        worker.hangUp()
        observed.noteEnd()
        forgetFatalCall()
        return ending
    }

    private func listen(to worker: WorkerProcess) async -> Ending {
        var ending: Ending = (nil, false)
        for await message in worker.messages {
            switch message {
            case .serving(let uris, let hasLightSource): noteServing(at: uris, hasLightSource)
            case .memory(let memory): state.withLock { $0.workerState.memory = memory }
            case .restoring(let call): state.withLock { $0.workerState.note(restoring: call) }
            case .failed(let reason): ending = (reason, false)
            case .refused(let reason): ending = (reason, true)
            case .report(let report):
                state.update { $0.workerState.note(report) }
                cureHang(in: report, of: worker)
            case .opened(let uid): await source.worker(worker, has: uid)
            case .observed(let answer): observed.note(answer)
            case .light(let lights, let isFinal): note(lights, isFinal: isFinal)
            case .motion(let findings): state.update { $0.workerState.note(findings) }
            default: break
            }
        }
        return ending
    }

    private func noteServing(at uris: [String], _ hasLightSource: Bool) {
        state.update { $0.workerState.serve(at: uris, hasLightSource: hasLightSource) }
        served.set(Array(zip(names, uris)).map { (name: $0, uri: $1) })
        port.noteService()
        health.note(name, .served)
        for (uri, isSimulated) in zip(uris, simulated) {
            log.notice("serving \(uri)\(isSimulated ? " (simulated)" : "")")
        }
    }

    /// Drops the call of a client that keeps workers from starting; everything else is restored by the next one.
    private func forgetFatalCall() {
        guard let fatal = state.withLock({ $0.workerState.forgetFatalCall() }) else { return }
        let call = "\(fatal.object).\(fatal.call.member)"
        log.warning("\(name): two processes in a row ended while they restored \(call); the next one starts without it")
    }
}

extension WorkerKeeper {
    /// The reason given for a worker that was killed because it did not answer.
    static let loss = "its process did not answer for \(Heartbeat.lossTime.formatted) and was killed"

    /// Asks a worker for reports until the task is cancelled; kills the worker when too many remain unanswered.
    func watch(_ worker: WorkerProcess) async {
        var heartbeat = Heartbeat()
        while !Task.isCancelled {
            let before = state.withLock(\.workerState.reportCount)
            worker.send(.askForReport)
            // Time during which nothing was asked does not count, for example while the computer was asleep.
            try? await Task.sleep(for: Heartbeat.interval, clock: .suspending)
            // A worker that was asked to end has a limit of its own for that.
            guard !Task.isCancelled, !state.withLock({ $0.workerState.running?.isBeingReplaced == true }) else {
                return
            }
            let hasAnswered = state.withLock { $0.workerState.reportCount > before }
            switch heartbeat.note(hasAnswered: hasAnswered) {
            case .answers: noteAnswer()
            case .silent: noteSilence(of: worker)
            case .lost: return end(worker)
            }
        }
    }

    private func noteAnswer() {
        let (wasSilent, isServing) = state.update { state in
            (state.workerState.noteAnswer(), state.workerState.service == .serving)
        }
        guard wasSilent else { return }
        log.notice("\(name): its process answers again")
        health.note(name, isServing ? .served : .awaited)
    }

    private func noteSilence(of worker: WorkerProcess) {
        guard state.update({ $0.workerState.noteSilence() }) else { return }
        let reason = "process \(worker.pid ?? 0) does not answer"
        _ = health.fail(name, reason)
        let light = hasLightSource ? "; its light may be on" : ""
        log.error(
            "\(name): \(reason)\(light); it will be killed unless it answers within \(Heartbeat.graceTime.formatted)"
        )
    }

    private func end(_ worker: WorkerProcess) {
        state.withLock { $0.workerState.giveUp() }
        worker.kill()
    }
}

/// A source of workers for definitions.
protocol WorkerSource: Sendable {
    /// The program to start workers from.
    var executable: String { get }
    /// A worker for the definition with a number, which waits for its order; nil when the source has been stopped.
    func worker(for number: Int, named name: String) async throws -> WorkerProcess?
    /// Notes that a worker has opened a floating device, besides the one it was chosen for.
    func worker(_ worker: WorkerProcess, has uid: String) async
    /// Retries at once where no worker was available.
    func hurry() async
}

/// A source that starts a new process for each definition.
struct FreshWorkers: WorkerSource {
    let executable: String
    let log: Logger

    func worker(for number: Int, named name: String) throws -> WorkerProcess? {
        try WorkerProcess(name, executable: executable, environment: [:], log: log)
    }

    func worker(_ worker: WorkerProcess, has uid: String) {}
    func hurry() {}
}
