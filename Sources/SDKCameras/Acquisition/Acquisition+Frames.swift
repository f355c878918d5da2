internal import Devices
internal import Platform

/// Starting and stopping the acquisition.
///
/// The caller holds the gate.
extension Acquisition {
    /// Queues buffers and starts the acquisition.
    func begin() throws {
        let layout = try ImageLayout(camera)
        let mode = AndorTriggerMode(rawValue: try camera.label("TriggerMode"))
        let pool = self.pool(for: layout)
        do {
            try topUp(pool)
            try camera.perform("AcquisitionStart")
        } catch {
            flush(pool)
            throw error
        }
        let run = Run(
            layout: layout,
            pool: pool,
            mode: mode,
            clock: layout.hasMetadata ? HardwareClock(camera) : nil,
            longestWait: longestWait(mode),
            since: .now
        )
        state.update { $0.phase = .running(run) }
        sendWaitingTrigger()
    }

    /// Stops the acquisition and takes the buffers back.
    func end() throws {
        guard case .running(let run) = state.withLock(\.phase) else { return }
        state.update { $0.phase = .idle }
        defer { flush(run.pool) }
        // A series of fixed length has stopped by itself.
        if try camera.bool("CameraAcquiring") { try camera.perform("AcquisitionStop") }
    }

    /// Takes back the buffers that the SDK has not filled.
    ///
    /// Flushing twice freezes some versions, so it is done once.
    private func flush(_ pool: BufferPool) {
        guard pool.queuedCount > 0 else { return }
        do { try camera.sdk.flush(camera.handle) } catch {
            // The driver of a lost camera may still write to its buffers; after closing it does not.
            camera.close()
        }
        pool.noteFlushed()
    }

    private func pool(for layout: ImageLayout) -> BufferPool {
        state.withLock { state in
            let capacity = state.bufferCount + options.lentCount
            if let pool = state.pool, pool.byteCount == layout.byteCount, pool.capacity == capacity { return pool }
            let pool = BufferPool(byteCount: layout.byteCount, capacity: capacity)
            state.pool = pool
            return pool
        }
    }

    /// Fills the SDK's queue up to ``bufferCount``; false if clients hold too many buffers.
    @discardableResult
    func topUp(_ pool: BufferPool) throws -> Bool {
        let wanted = bufferCount
        while pool.queuedCount < wanted {
            guard let buffer = pool.take() else { return pool.queuedCount > wanted / 2 }
            try queue(buffer, of: pool)
        }
        return true
    }

    private func queue(_ buffer: FrameBuffer, of pool: BufferPool) throws {
        pool.noteQueued(buffer)
        do {
            try camera.call("AT_QueueBuffer") { handle throws(AndorStatus) in try camera.sdk.queue(buffer, handle) }
        } catch {
            if let buffer = pool.noteFilled(buffer.address) { pool.takeBack(buffer) }
            throw error
        }
    }

    /// The longest time that an image may take in a mode; nil if that depends on an external trigger.
    func longestWait(_ mode: AndorTriggerMode?) -> Duration? {
        guard mode == .software || mode == .freeRunning else { return nil }
        var seconds = (try? camera.float("ExposureTime")) ?? 0
        if let rate = try? camera.float("FrameRate"), mode == .freeRunning, rate > 0 {
            seconds = max(seconds, 1 / rate)
        }
        seconds += (try? camera.float("ReadoutTime")) ?? 0
        // Ten days: longer than any exposure, and far below the largest duration.
        return .seconds(seconds.isFinite ? min(max(seconds, 0), 864_000) : 864_000) + options.margin
    }
}

/// Software triggers.
extension Acquisition {
    /// Sends a trigger, or queues it until the image of the previous one has arrived.
    func trigger() throws {
        try call {
            guard case .running(let run) = state.withLock(\.phase) else {
                throw DeviceError(.disabled, "\(camera.serialNumber) is not acquiring images")
            }
            guard run.mode == .software else {
                throw DeviceError(.incompatibleState, "\(camera.serialNumber) is not in trigger mode Software")
            }
            state.update { $0.triggers.add() }
            try sendTrigger()
        }
    }

    /// Sends the next trigger if the camera is ready; a trigger that fails is not sent again.
    private func sendTrigger() throws {
        guard state.withLock(\.triggers.isDue) else { return }
        do { try camera.perform(.softwareTrigger) } catch {
            state.update { $0.triggers.add(-1) }
            throw error
        }
        state.update { state in
            state.triggers.noteSent(at: .now)
            state.await(from: .now)
        }
    }

    /// Sends the next queued trigger.
    ///
    /// Clients get the error of a trigger that fails in place of its image, and the trigger behind it is sent.
    func sendWaitingTrigger() {
        while state.withLock(\.triggers.isDue) {
            do { try sendTrigger() } catch {
                let error =
                    error as? DeviceError ?? DeviceError(.failed, "\(AndorFeature.softwareTrigger)", cause: error)
                let isOver = error.isLoss && !camera.isThere
                state.update { state in
                    state.report(error)
                    // The others would fail in the same way, and one error is enough.
                    if isOver { state.triggers.removeAll() }
                }
            }
        }
    }
}

/// A queue of software triggers.
///
/// The camera has one at a time, because it ignores triggers while it is busy.
struct TriggerQueue: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The time at which the trigger that the camera works on was sent.
    private(set) var sent: Instant?
    private(set) var waiting = 0

    /// The number of images still to come.
    var count: Int { waiting + (sent == nil ? 0 : 1) }

    /// Adds triggers to the queue.
    mutating func add(_ count: Int = 1) { waiting += count }

    /// Whether the next trigger must be sent now.
    var isDue: Bool { sent == nil && waiting > 0 }

    mutating func noteSent(at now: Instant) {
        waiting -= 1
        sent = now
    }

    /// Notes that the image has arrived, or will never arrive.
    mutating func noteDone() { sent = nil }

    /// Puts the trigger back that the camera was working on: its image is lost.
    mutating func takeBack() { (waiting, sent) = (count, nil) }

    mutating func removeAll() { (waiting, sent) = (0, nil) }
}

/// Waiting for images, on the thread that reads them.
extension Acquisition {
    private enum Step {
        case interrupted
        case fail(DeviceError)
        case look
    }

    /// An image that has arrived, in a buffer that nobody else uses.
    private struct Filled {
        let buffer: FrameBuffer
        let run: Run
        let arrival: Double
        /// Whether the buffer itself can be passed on, because the SDK has others.
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

    /// Notes the arrival of an image, queues another buffer and sends the next trigger.
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
        // This image is good even if the next one fails; missing buffers are queued with the next image.
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
    /// Whether the SDK must be asked for an image.
    var expectsImage: Bool {
        guard case .running(let run) = phase else { return false }
        return run.mode != .software || triggers.sent != nil
    }
}

extension Duration {
    /// Whole milliseconds, at least one: zero would only poll.
    fileprivate var milliseconds: UInt32 { UInt32(max(1, min(60_000, self / .milliseconds(1)))) }
}
