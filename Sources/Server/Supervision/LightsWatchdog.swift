internal import Glibc
internal import Logging
internal import Platform

/// A small process that waits for the end of the server and then makes sure that all light is off.
///
/// Workers switch off their light themselves when the supervisor dies. The watchdog is for the case that all of them are
/// killed at once. Its name differs from theirs, and it ignores the signals that end them.
final class LightsWatchdog: Sendable {
    /// The name of the process for `ps` and `pkill`.
    static let programName = "lights-watchdog"

    private struct State {
        var orders: [WorkerOrder] = []
        var process: WorkerProcess?
        var keeping: Task<Void, Never>?
        var isStopping = false
    }

    private let executable: String
    private let log: Logger
    private let state = Lock(State())

    init(executable: String, log: Logger) { (self.executable, self.log) = (executable, log) }

    /// Watches over the light of definitions, in place of those before.
    ///
    /// - Parameter orders: orders for workers of the definitions.
    func watch(_ orders: [WorkerOrder]) {
        let process = state.withLock { state in
            state.orders = orders
            if state.keeping == nil, !orders.isEmpty { state.keeping = Task { await keep() } }
            return state.process
        }
        process?.send(.guardLights(orders))
    }

    /// Ends the watchdog, which then does nothing more.
    func stop() async {
        let (process, keeping) = state.update { state in
            state.isStopping = true
            return (state.process, state.keeping)
        }
        process?.send(.shutDown)
        let impatience = Task {
            try await Task.sleep(for: .seconds(5))
            process?.kill()
        }
        await keeping?.value
        impatience.cancel()
    }

    /// Runs the process, and another one whenever it ends.
    private func keep() async {
        var backoff = Backoff()
        while !state.withLock(\.isStopping) {
            let begin = ContinuousClock.now
            do {
                let process = try WorkerProcess(
                    "lights watchdog",
                    executable: executable,
                    environment: [:],
                    programName: Self.programName,
                    log: log
                )
                let (orders, isStopping) = state.withLock { state in
                    state.process = process
                    return (state.orders, state.isStopping)
                }
                process.send(isStopping ? .shutDown : .guardLights(orders))
                for await _ in process.messages {}
                let outcome = await process.outcome
                if !state.withLock(\.isStopping) { log.warning("lights watchdog: \(outcome); starting another") }
            } catch {
                log.error("lights watchdog: cannot be started: \(error)")
            }
            let delay = backoff.delay(after: .now - begin)
            await BlockingThread.value("watchdog") { [state] in
                let _: Bool? = state.wait(within: delay) { $0.isStopping ? true : nil }
            }
        }
    }
}

/// The watchdog's own side: what its process does.
extension Worker {
    /// How long to wait for workers to switch off their light themselves, and how long to try.
    private static let (grace, persistence) = (Duration.seconds(1), Duration.seconds(30))

    /// Waits for the end of the server, then switches off all light that is not confirmed to be off.
    func guardLights(_ orders: [WorkerOrder]) throws {
        ProcessName.set(LightsWatchdog.programName)
        for number in [SIGINT, SIGTERM, SIGHUP] { signal(number, SIG_IGN) }
        inbox.allowEnd(within: Self.grace + Self.persistence + .seconds(10))
        var orders = orders
        while let message = inbox.next() {
            switch message {
            case .guardLights(let new): orders = new
            case .shutDown: return
            default: break
            }
        }
        guard let first = orders.first else { return }
        let log = Log(name: LightsWatchdog.programName, options: first.log)
        defer { log.flush() }
        Pause.wait(for: Self.grace)
        switchLightsOff(orders, log.logger)
    }

    private func switchLightsOff(_ orders: [WorkerOrder], _ log: Logger) {
        var definitions = orders.compactMap { try? definition(of: $0) }
        let end = ContinuousClock.now + Self.persistence
        var findings: [LightsOff.Finding] = []
        log.warning("the server has ended unexpectedly; checking its light")
        while !definitions.isEmpty, ContinuousClock.now < end {
            // Another server has the devices by now, and has switched off their light.
            if case .found = RunningServer.search(file: orders[0].file) {
                return log.notice("another server has started")
            }
            findings = []
            definitions.removeAll { definition in
                let found = LightsOff([definition]).findings(within: .seconds(5))
                for finding in found where finding.light == .off { log.notice("\(finding)") }
                findings += found.filter { $0.light != .off }
                return found.allSatisfy { $0.light == .off }
            }
            if !definitions.isEmpty { Pause.wait(for: .milliseconds(500)) }
        }
        for finding in findings { log.critical("\(finding)") }
    }
}
