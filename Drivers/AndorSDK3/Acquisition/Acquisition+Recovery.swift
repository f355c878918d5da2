internal import Devices
internal import Threads

/// What is done about a wait that failed, and about a camera that cannot be reached.
extension Acquisition {
    /// Throws what clients have to know, once the acquisition goes on again.
    func handle(_ status: AndorStatus, _ run: Run) throws {
        switch status {
        case .timedOut:
            guard let longest = run.longestWait, ContinuousClock.now - run.since > longest else { return }
            state.withLock { $0.counts.timeouts += 1 }
            // The trigger is lost with its image.
            state.update { $0.triggers.noteDone() }
            try restart(because: DeviceError(.failed, "no image for \(longest) on \(camera.serialNumber)"))
        case .noData where hasEnded: state.update { $0.phase = .idle }
        case _ where status.isLoss:
            let reason = camera.failure("waiting for an image", status)
            lose(reason)
            throw reason
        default:
            if status == .hardwareOverflow { state.withLock { $0.counts.overflows += 1 } }
            try restart(because: camera.failure("images were lost", status))
        }
    }

    /// Whether a series of a fixed length is complete.
    private var hasEnded: Bool { (try? camera.label("CycleMode")) == "Fixed" }

    /// Starts anew, and throws the reason; after too many starts without an image the camera counts as lost.
    private func restart(because reason: DeviceError) throws {
        let vain = state.withLock { state in
            state.counts.restarts += 1
            state.vainRestarts += 1
            return state.vainRestarts
        }
        state.update { $0.triggers.takeBack() }
        do {
            guard vain <= options.restartLimit else { throw reason }
            try end()
            try begin()
        } catch { lose(reason) }
        throw reason
    }

    /// Gives the camera up if a call has found that it cannot be reached, and it is really not there.
    func noticeLoss() {
        guard let reason = camera.takeLoss(), !isLost else { return }
        // A call may fail for reasons of its own; a camera that is there is not given up for that.
        guard !camera.isThere else { return }
        let isAwaited = state.withLock(\.isImageAwaited)
        lose(reason)
        // Whoever made the call has been told; who waits for an image has not.
        if isAwaited { state.update { $0.failures.append(reason) } }
    }

    /// Gives the camera up until it is found again.
    private func lose(_ reason: DeviceError) {
        try? end()
        _ = camera.takeLoss()
        state.update { state in
            state.counts.losses += 1
            state.vainRestarts = 0
            state.triggers.removeAll()
            state.phase = .lost(Loss(reason: reason, delay: options.firstTry, nextTry: .now + options.firstTry))
        }
        log.lost("\(camera.serialNumber) is lost: \(reason)")
    }

    /// Looks whether a lost camera is back; if not, again after a longer time.
    func tryToBringBack() {
        do { try bringBack() } catch {
            _ = camera.takeLoss()
            state.update { state in
                guard case .lost(var loss) = state.phase else { return }
                loss.delay = min(loss.delay * 2, options.longestDelay)
                loss.nextTry = .now + loss.delay
                state.phase = .lost(loss)
            }
        }
    }

    /// Opens a lost camera, and lets it go on as it was.
    func bringBack() throws {
        guard isLost else { return }
        try camera.reopen()
        try camera.restore { log.warning("not as before: \($0)") }
        let isWanted = state.withLock(\.isWanted)
        if isWanted { try begin() } else { state.update { $0.phase = .idle } }
        log.back("\(camera.serialNumber) is back")
    }
}

extension Acquisition.State {
    /// Whether somebody may wait for an image.
    fileprivate var isImageAwaited: Bool {
        guard case .running(let run) = phase else { return false }
        return run.mode != .software || triggers.count > 0
    }
}

/// Looking after the camera while no image is awaited: whether it is still there, and whether a lost one is back.
extension Acquisition {
    private enum Duty { case end, look, bringBack, sleepLess }

    /// Begins to look after the camera, until ``close()``.
    func beginWatch() {
        let (state, pause) = (state, options.watchPause)
        // The thread must not keep alive what it watches.
        _ = BlockingThread("camera watch") { [weak self] in
            while true {
                let duty = Self.awaitDuty(state, pause)
                guard duty != .end, let self else { return }
                gate.wait { self.perform(duty) }
            }
        }
    }

    private static func awaitDuty(_ state: Monitor<State>, _ pause: Duration) -> Duty {
        let end = Instant.now + pause
        while true {
            let wake = min(end, state.withLock(\.nextTry) ?? end)
            let duty = state.wait(within: max(.zero, wake - .now)) { state -> Duty? in
                if state.isClosed { return .end }
                guard let nextTry = state.nextTry else { return nil }
                // A camera that was lost just now is looked for sooner.
                return nextTry <= .now ? .bringBack : nextTry < wake ? .sleepLess : nil
            }
            if let duty, duty != .sleepLess { return duty }
            if .now >= end { return .look }
        }
    }

    private func perform(_ duty: Duty) {
        let (isClosed, isBusy) = state.withLock { ($0.isClosed, $0.expectsImage) }
        guard !isClosed else { return }
        if duty == .bringBack { return tryToBringBack() }
        // A wait for an image finds out by itself.
        if !isBusy, !isLost, !camera.isThere { noticeLoss() }
    }
}

extension Acquisition.State {
    /// When a lost camera is to be looked for.
    fileprivate var nextTry: Acquisition.Instant? {
        if case .lost(let loss) = phase { loss.nextTry } else { nil }
    }
}
