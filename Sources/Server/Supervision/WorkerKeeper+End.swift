internal import Logging
internal import Platform

/// The end of workers: asked to shut down, hurried, killed at last, and their light switched off by another process
/// where they did not confirm that it is off.
extension WorkerKeeper {
    /// How long to wait for a worker, usually and after a second signal.
    private struct Limit {
        let usual: Duration
        let hurried: Duration

        /// The wait until it confirms that its light is off.
        static let light = Limit(usual: .seconds(5), hurried: .seconds(2))
        /// The wait until it ends.
        static let end = Limit(usual: WorkerProcess.patience, hurried: .seconds(1))
    }

    /// How long a killed process may take to end.
    private static let burial = Duration.seconds(5)
    /// How long another process may take to switch off light.
    static let darkeningLimit = Duration.seconds(5)

    // MARK: Asking

    /// Asks the worker to shut down its devices, and does not replace it.
    func stop() {
        let running = state.update { state in
            state.isStopping = true
            return state.workerState.running
        }
        running?.worker.send(.shutDown)
        served.wake()
    }

    /// Ends the worker quickly, even if its devices hang.
    func hurryEnd() { state.update { $0.isEndHurried = true } }

    /// Waits until a stopped worker has ended, kills it when it does not, and switches off its light where it did not
    /// confirm that.
    ///
    /// - Returns: the light sources that may be on.
    func waitForEnd() async -> [LightsOff.Finding] {
        await BlockingThread.value("end of \(name)") { [self] in
            guard let worker = state.withLock(\.workerState.running)?.worker else { return }
            waitForEnd(of: worker)
        }
        let hasEnded = await BlockingThread.value("end of \(name)") { [state] in
            let hasEnded: Bool? = state.wait(within: Self.burial) { $0.hasEnded ? true : nil }
            return hasEnded == true
        }
        if !hasEnded { log.error("\(name): its killed process does not end") }
        guard state.withLock({ $0.workerState.isLightUncertain || !hasEnded && $0.workerState.mayHaveLight }) else {
            return []
        }
        return await switchLightsOff()
    }

    /// Waits until a worker that was asked to end has done so, and kills it when it does not.
    private func waitForEnd(of worker: WorkerProcess) {
        let begin = ContinuousClock.now
        if hasLightSource {
            wait(for: worker, since: begin, .light) { $0.hasSwitchedLightsOff }
            let isDark = state.withLock { $0.workerState.running?.hasSwitchedLightsOff != false }
            if !isDark { return kill(worker, "does not switch off its light") }
        }
        wait(for: worker, since: begin, .end) { _ in false }
        let isThere = state.withLock { $0.workerState.running?.worker === worker }
        if isThere { kill(worker, "does not shut down") }
    }

    private func kill(_ worker: WorkerProcess, _ reason: String) {
        log.error("\(name): \(reason); killed")
        worker.kill()
    }

    /// Waits until a worker has ended or a condition holds, with less patience once the end is hurried.
    private func wait(
        for worker: WorkerProcess,
        since begin: ContinuousClock.Instant,
        _ limit: Limit,
        until condition: (WorkerState<WorkerProcess>.RunningWorker) -> Bool
    ) {
        func isOver(_ state: State) -> Bool {
            guard let running = state.workerState.running, running.worker === worker else { return true }
            return condition(running)
        }
        let rest = limit.usual - (.now - begin)
        let isHurried: Bool? = state.wait(within: rest) { state in
            isOver(state) ? false : state.isEndHurried ? true : nil
        }
        guard isHurried == true else { return }
        let _: Bool? = state.wait(within: limit.hurried) { isOver($0) ? true : nil }
    }

    // MARK: Light

    /// Notes what a worker, or another process in its place, has reported on light.
    func note(_ lights: [LightsOff.Finding], isFinal: Bool) {
        let wasUncertain = state.update { state in
            defer { state.workerState.note(lights, isFinal: isFinal) }
            return state.workerState.isLightUncertain
        }
        for finding in lights where finding.light != .off || wasUncertain {
            log.log(level: finding.light == .off ? .notice : .critical, "\(finding)")
        }
    }

    /// Switches off light while the definition is served, by its worker; kills a worker that hangs, whose replacement
    /// switches light off.
    ///
    /// - Returns: the states of the light sources, as read back.
    func switchLightsOffNow() async -> [LightsOff.Finding] {
        guard hasLightSource else { return [] }
        let lights = await BlockingThread.value("lights off of \(name)") { [self] in
            let old = state.withLock(\.workerState.running)?.worker
            let first = lightsOfWorker(within: .seconds(3))
            guard let first, first.contains(where: { $0.light != .off }) || first.isEmpty else { return first }
            // What hangs cannot switch light off, and keeps others from doing so.
            guard let old else { return first }
            // The heartbeat may have been faster.
            if state.withLock(\.workerState.running)?.worker === old { kill(old, "does not switch off its light") }
            return lightsOfReplacement(of: old) ?? first
        }
        return if let lights { lights.isEmpty ? unknownLights("its process does not answer") : lights } else {
            await switchLightsOff()
        }
    }

    /// Asks the worker to switch off its light, once it serves.
    /// - Returns: the states of light sources; empty if there is no answer, nil if there is no worker.
    private func lightsOfWorker(within limit: Duration) -> [LightsOff.Finding]? {
        let begin = ContinuousClock.now
        let isReady: Bool? = state.wait(within: limit) { state in
            guard let running = state.workerState.running else { return false }
            return running.isServing ? true : nil
        }
        guard isReady == true else { return isReady == nil ? [] : nil }
        guard let worker = state.withLock(\.workerState.running)?.worker else { return nil }
        let count = state.withLock(\.workerState.lightReportCount)
        worker.send(.lightsOff)
        let lights: [LightsOff.Finding]? = state.wait(within: limit - (.now - begin)) { state in
            guard state.workerState.running?.worker === worker else { return [] }
            return state.workerState.lightReportCount > count ? state.workerState.lights : nil
        }
        return lights ?? []
    }

    /// Waits for the replacement of a killed worker, which switches off its light and reads that back as it starts.
    ///
    /// - Returns: the states of light sources; nil if there is no replacement in time.
    private func lightsOfReplacement(of old: WorkerProcess) -> [LightsOff.Finding]? {
        state.wait(within: .seconds(15)) { state in
            guard let running = state.workerState.running, running.worker !== old, running.isServing else { return nil }
            return state.workerState.lights
        }
    }

    /// Switches off light that a worker may have left on, by a process that opens the devices for this alone.
    ///
    /// - Returns: the light sources that may be on.
    private func switchLightsOff() async -> [LightsOff.Finding] {
        log.warning("\(name): its process did not confirm that its light is off; another process switches it off")
        let lights: [LightsOff.Finding]
        do {
            let process = try WorkerProcess("lights off", executable: executable, environment: [:], log: log)
            process.send(.darken(order))
            lights = await Self.lights(from: process) ?? unknownLights("the process that switches it off has failed")
        } catch {
            lights = unknownLights("no process can be started to switch it off: \(error)")
        }
        note(lights, isFinal: true)
        return lights.filter { $0.light != .off }
    }

    /// The report of a process that switches off light; nil if it ends without one.
    private static func lights(from process: WorkerProcess) async -> [LightsOff.Finding]? {
        let impatience = Task {
            try await Task.sleep(for: darkeningLimit + .seconds(1))
            process.kill()
        }
        defer { impatience.cancel() }
        var lights: [LightsOff.Finding]?
        for await message in process.messages {
            if case .light(let found, _) = message { lights = found }
        }
        process.hangUp()
        return lights
    }

    private func unknownLights(_ reason: String) -> [LightsOff.Finding] {
        [LightsOff.Finding(name: name, light: .unknown(reason))]
    }

    // MARK: Restart

    /// Asks the worker to shut down its devices, and starts another one.
    ///
    /// The next worker restores what clients have set, as after a crash, and switches off light. Without a worker, the
    /// next attempt is made at once.
    ///
    /// - Parameter limit: how long the next worker may take to serve the devices.
    /// - Returns: why the definition is not served again; nil if it is.
    func restart(within limit: Duration) async -> String? {
        let running = state.update { state in
            state.isHurried = true
            return state.workerState.replace()
        }
        log.notice("\(name): restarted on request")
        health.note(name, .awaited)
        await source.hurry()
        return await BlockingThread.value("restart of \(name)") { [self] in
            if let worker = running?.worker {
                worker.send(.shutDown)
                waitForEnd(of: worker)
            }
            switch health.availability(of: name, within: limit) {
            case .served: return nil
            case .missing: return health.failure(of: name)?.reason ?? "not served"
            case .awaited, nil: return "not served yet; see `device-server status`"
            }
        }
    }
}
