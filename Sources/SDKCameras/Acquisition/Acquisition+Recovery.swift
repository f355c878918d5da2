internal import Devices
internal import Platform

/// Recovery from failed waits and from the loss of the camera.
extension Acquisition {
    /// Recovers from a wait without an image, then throws the error that clients must get.
    func recover(from result: WaitResult, _ run: AcquisitionState.Run) throws {
        switch result {
        case .image: break
        case .none:
            guard let longest = run.longestWait, ContinuousClock.now - run.since > longest else { return }
            state.withLock { $0.counts.timeouts += 1 }
            // The trigger is lost with its image.
            state.update { $0.triggers.noteDone() }
            try restart(because: DeviceError(.failed, "no image for \(longest) on \(camera.serialNumber)"))
        case .ended: state.update { $0.phase = .idle }
        case .lost(let reason):
            lose(reason)
            throw reason
        case .overflowed(let reason):
            state.withLock { $0.counts.overflows += 1 }
            try restart(because: reason)
        case .failed(let reason): try restart(because: reason)
        }
    }

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
        guard let reason = camera.contact.takeLoss(), !isLost else { return }
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
        _ = camera.contact.takeLoss()
        state.update { state in
            state.counts.losses += 1
            state.vainRestarts = 0
            state.triggers.removeAll()
            state.phase = .lost(.init(reason: reason, delay: options.firstTry, nextTry: .now + options.firstTry))
        }
        log.lost("lost contact with \(camera.serialNumber): \(reason)")
    }

    /// Tries to reopen a lost camera; after a failure the next attempt is later.
    func tryToBringBack() {
        do { try bringBack() } catch {
            _ = camera.contact.takeLoss()
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
