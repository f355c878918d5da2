internal import Devices
internal import Platform

/// Recovery from failed waits and from the loss of the camera.
extension Acquisition {
    /// Recovers from a failed wait, then throws the error that clients must get.
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

    /// Whether a series of fixed length is complete.
    private var hasEnded: Bool { (try? camera.label("CycleMode")) == "Fixed" }

    /// Restarts the acquisition and throws the reason.
    ///
    /// After too many restarts without an image the camera counts as lost.
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

    /// Declares the camera lost if a call could not reach it and the camera does not respond to a check either.
    func noticeLoss() {
        guard let reason = camera.takeLoss(), !isLost else { return }
        // A single call may fail for its own reasons while the camera is fine.
        guard !camera.isThere else { return }
        let isAwaited = state.withLock(\.isImageAwaited)
        lose(reason)
        // The caller gets the error from its call; a client that waits for an image gets it here.
        if isAwaited { state.update { $0.report(reason) } }
    }

    /// Declares the camera lost until it is found again.
    private func lose(_ reason: DeviceError) {
        try? end()
        _ = camera.takeLoss()
        state.update { state in
            state.counts.losses += 1
            state.vainRestarts = 0
            state.triggers.removeAll()
            state.phase = .lost(Loss(reason: reason, delay: options.firstTry, nextTry: .now + options.firstTry))
        }
        log.lost("lost contact with \(camera.serialNumber): \(reason)")
    }

    /// Tries to reopen a lost camera; after a failure the next attempt is later.
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

    /// Reopens a lost camera, restores its settings and resumes the acquisition if it was running.
    func bringBack() throws {
        guard isLost else { return }
        try camera.reopen()
        try camera.restore { log.warning("not restored: \($0)") }
        let isWanted = state.withLock(\.isWanted)
        if isWanted { try begin() } else { state.update { $0.phase = .idle } }
        log.back("\(camera.serialNumber) is back")
    }
}

extension Acquisition.State {
    /// Whether a client may be waiting for an image.
    fileprivate var isImageAwaited: Bool {
        guard case .running(let run) = phase else { return false }
        return run.mode != .software || triggers.count > 0
    }
}

/// Monitoring of the camera while no image is awaited: detects its loss, and reconnects a lost camera.
extension Acquisition {
    private enum Duty { case end, look, bringBack, sleepLess }

    /// Starts monitoring, until ``close()``.
    func beginWatch() throws {
        let (state, pause) = (state, options.watchPause)
        // The thread must not keep alive what it watches.
        try BlockingThread.start("camera watch") { [weak self] in
            while true {
                let duty = Self.awaitDuty(state, pause)
                guard duty != .end, let self else { return }
                gate.wait { self.perform(duty) }
            }
        }
    }

    private static func awaitDuty(_ state: Lock<State>, _ pause: Duration) -> Duty {
        let end = Instant.now + pause
        while true {
            let wake = min(end, state.withLock(\.nextTry) ?? end)
            let duty = state.wait(within: max(.zero, wake - .now)) { state -> Duty? in
                if state.isClosed { return .end }
                guard let nextTry = state.nextTry else { return nil }
                // A camera that has just been lost is looked for sooner.
                return nextTry <= .now ? .bringBack : nextTry < wake ? .sleepLess : nil
            }
            if let duty, duty != .sleepLess { return duty }
            if .now >= end { return .look }
        }
    }

    private func perform(_ duty: Duty) {
        let (isClosed, isBusy) = state.withLock { ($0.isClosed, $0.expectsImage) }
        guard !isClosed else { return }
        state.withLock { $0.pool?.trim(keeping: $0.bufferCount) }
        if duty == .bringBack { return tryToBringBack() }
        // A wait for an image detects the loss itself.
        if !isBusy, !isLost, !camera.isThere { noticeLoss() }
    }
}

extension Acquisition.State {
    /// The time of the next attempt to reconnect.
    fileprivate var nextTry: Acquisition.Instant? {
        if case .lost(let loss) = phase { loss.nextTry } else { nil }
    }
}
