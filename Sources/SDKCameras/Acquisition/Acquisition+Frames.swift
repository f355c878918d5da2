public import Devices
internal import Pickle
internal import Platform

/// Waiting for images, on the thread that reads them.
extension Acquisition {
    private enum Step {
        case interrupted
        case fail(DeviceError)
        case look
    }

    /// An image that has arrived.
    private enum Filled {
        /// It is in a buffer that nobody else uses.
        ///
        /// - Parameter canBeLent: whether the buffer itself can be passed on, because the SDK has others.
        case buffer(FrameBuffer, Run, time: Double?, arrival: Double, canBeLent: Bool)
        /// It has been copied already.
        case frame(Frame, time: Double?, arrival: Double)
    }

    private typealias Run = AcquisitionState.Run

    public func next(within limit: Duration) throws -> Datum? {
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

    public func interrupt() { state.update { $0.isInterrupted = true } }

    /// Sleeps until there is something to do; nil if the time is over first.
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

    /// Waits for a short time; nil if no image has arrived.
    private func look(until end: Instant) throws -> Filled? {
        guard case .running(let run) = state.withLock(\.phase) else { return nil }
        let slice = min(options.slice, max(.zero, end - .now))
        let result = camera.wait(milliseconds: slice.milliseconds)
        guard case .image(let arrival) = result else {
            try recover(from: result, run)
            return nil
        }
        return take(arrival, run)
    }

    /// Notes the arrival of an image, queues another buffer and sends the next trigger.
    private func take(_ image: Arrival, _ run: Run) -> Filled? {
        let arrival = Timestamp.now
        switch image.pixels {
        case .queued(let address):
            guard let buffer = run.pool.noteFilled(address) else { return nil }
            let run = noteArrival(image, run)
            // This image is good even if the next one fails; missing buffers are queued with the next image.
            let canBeLent = (try? topUp(run.pool)) ?? false
            sendWaitingTrigger()
            return .buffer(buffer, run, time: image.time, arrival: arrival, canBeLent: canBeLent)
        case .borrowed(let memory):
            let frame = run.layout.frame(copying: memory, to: copies)
            _ = noteArrival(image, run)
            sendWaitingTrigger()
            return frame.map { .frame($0, time: image.time, arrival: arrival) }
        }
    }

    private func noteArrival(_ image: Arrival, _ run: Run) -> Run {
        var run = run
        if run.clock?.isStale ?? false { run.clock = camera.hardwareClock }
        state.update { state in
            state.triggers.noteDone()
            state.vainRestarts = 0
            state.counts.missed += image.missed
            run.since = .now
            state.phase = .running(run)
        }
        return run
    }

    private func datum(_ filled: Filled) -> Datum? {
        switch filled {
        case .frame(let frame, let time, let arrival): stamped(frame, time, arrival)
        case .buffer(let buffer, let run, let time, let arrival, let canBeLent):
            frame(in: buffer, run, canBeLent: canBeLent).map { stamped($0.frame, time ?? $0.time, arrival) }
        }
    }

    /// - Parameter time: that of the camera's clock, or of its SDK.
    private func stamped(_ frame: Frame, _ time: Double?, _ arrival: Double) -> Datum {
        var datum = Datum(frame, at: time ?? arrival)
        datum.hardwareTime = time
        return datum
    }

    private func frame(in buffer: FrameBuffer, _ run: Run, canBeLent: Bool) -> (frame: Frame, time: Double?)? {
        let time = run.layout.hasTicks ? camera.ticks(in: buffer).flatMap { run.clock?.time(at: $0) } : nil
        if run.layout.isPlain, canBeLent {
            return run.layout.frame(handingOn: buffer, of: run.pool).map { ($0, time) }
        }
        if run.layout.isPlain { state.withLock { $0.counts.copies += 1 } }
        defer { run.pool.takeBack(buffer) }
        return run.layout.frame(copying: buffer.borrowed, to: copies).map { ($0, time) }
    }
}

extension Duration {
    /// Whole milliseconds, at least one: zero would only poll.
    fileprivate var milliseconds: UInt32 { UInt32(max(1, min(60_000, self / .milliseconds(1)))) }
}
