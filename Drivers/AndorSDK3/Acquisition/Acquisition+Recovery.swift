internal import Devices
internal import Threads

/// What is done about a wait that failed.
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
        case _ where status.isLoss: try lose(camera.failure("waiting for an image", status))
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
        guard vain <= options.restartLimit else { try lose(reason) }
        state.update { $0.triggers.takeBack() }
        do {
            try end()
            try begin()
        } catch { try lose(reason) }
        throw reason
    }

    /// Gives the camera up until it is found again.
    private func lose(_ reason: DeviceError) throws -> Never {
        try? end()
        state.update { state in
            state.counts.losses += 1
            state.vainRestarts = 0
            state.triggers.removeAll()
            state.phase = .lost(
                Loss(
                    wasRunning: true,
                    delay: options.firstTry,
                    nextTry: .now + options.firstTry
                )
            )
        }
        log.lost("\(camera.serialNumber) is lost: \(reason)")
        throw reason
    }

    /// Looks whether a lost camera is back; if not, again after a longer time.
    func tryToBringBack() {
        do {
            try bringBack()
            log.back("\(camera.serialNumber) is back")
        } catch {
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
        guard case .lost(let loss) = state.withLock(\.phase) else { return }
        try camera.reopen()
        camera.restore { log.warning("not as before: \($0)") }
        if loss.wasRunning {
            try begin()
        } else {
            state.update { $0.phase = .idle }
        }
    }
}
