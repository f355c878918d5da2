internal import Devices
internal import Threads

/// Waiting for images, on the thread that reads them.
extension Acquisition {
    private enum Step {
        case interrupted
        case fail(DeviceError)
        case look
    }

    /// An image that is there, in a buffer that nobody else uses.
    private struct Filled {
        let buffer: FrameBuffer
        let run: Run
        let arrival: Double
        /// Whether the buffer can be handed on: there are others for the SDK.
        let canBeLent: Bool
    }

    func next(within limit: Duration) throws -> Datum? {
        let end = ContinuousClock.now + limit
        while true {
            switch awaitStep(until: end) {
            case nil, .interrupted: return nil
            case .fail(let error): throw error
            case .look:
                let filled = try gate.wait {
                    defer { noticeLoss() }
                    return try look(until: end)
                }
                if let filled { return datum(filled) }
            }
        }
    }

    func interrupt() { state.update { $0.isInterrupted = true } }

    /// Sleeps until there is something to do; nil if that did not happen in time.
    private func awaitStep(until end: Instant) -> Step? {
        let now = Instant.now
        guard now < end else { return nil }
        return state.wait(within: end - now) { state in
            if state.isInterrupted {
                state.isInterrupted = false
                return .interrupted
            }
            if !state.failures.isEmpty { return .fail(state.failures.removeFirst()) }
            return state.expectsImage ? .look : nil
        }
    }

    /// Waits for a short time; nil if there is no image yet.
    private func look(until end: Instant) throws -> Filled? {
        guard case .running(let run) = state.withLock(\.phase) else { return nil }
        let slice = min(options.slice, max(.zero, end - .now))
        camera.note("AT_WaitBuffer")
        do throws(AndorStatus) {
            let (address, _) = try camera.sdk.wait(camera.handle, milliseconds: slice.milliseconds)
            guard let buffer = run.pool.noteFilled(address) else { return nil }
            return try take(buffer, run)
        } catch {
            try handle(error, run)
            return nil
        }
    }

    /// Notes that an image is there, gives the SDK another buffer, and the camera the next trigger.
    private func take(_ buffer: FrameBuffer, _ run: Run) throws(AndorStatus) -> Filled {
        let arrival = Timestamp.now
        var run = run
        if run.clock?.isStale ?? false { run.clock = HardwareClock(camera) }
        state.update { state in
            state.triggers.noteDone()
            state.vainRestarts = 0
            run.since = .now
            state.phase = .running(run)
        }
        // This image is good whatever becomes of the next; buffers that are missing are queued with that one.
        let canBeLent = (try? topUp(run.pool)) ?? false
        sendWaitingTrigger()
        return Filled(buffer: buffer, run: run, arrival: arrival, canBeLent: canBeLent)
    }

    private func datum(_ filled: Filled) -> Datum? {
        let (run, buffer) = (filled.run, filled.buffer)
        let time = run.layout.hasMetadata ? Metadata(buffer).ticks.flatMap { run.clock?.time(at: $0) } : nil
        let frame: Frame?
        if run.layout.isPlain, filled.canBeLent {
            frame = run.layout.frame(handingOn: buffer, of: run.pool)
        } else {
            if run.layout.isPlain { state.withLock { $0.counts.copies += 1 } }
            frame = run.layout.frame(copying: buffer, to: copies)
            run.pool.takeBack(buffer)
        }
        return frame.map { Datum($0, at: time ?? filled.arrival) }
    }
}

extension Acquisition.State {
    /// Whether the SDK is to be asked for an image.
    var expectsImage: Bool {
        guard case .running(let run) = phase else { return false }
        return run.mode != .software || triggers.sent != nil
    }
}

extension Duration {
    /// Whole milliseconds, at least one, since zero would only look.
    fileprivate var milliseconds: UInt32 { UInt32(max(1, min(60_000, self / .milliseconds(1)))) }
}
