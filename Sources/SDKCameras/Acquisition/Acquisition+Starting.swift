internal import Devices
internal import Platform

/// Starting and stopping the acquisition.
///
/// The caller holds the gate.
extension Acquisition {
    /// Queues buffers and starts the acquisition.
    func begin() throws {
        let layout = try camera.imageLayout
        let triggering = try camera.triggering
        let pool = self.pool(for: layout)
        do {
            try topUp(pool)
            try camera.start(ring: bufferCount)
        } catch {
            flush(pool)
            throw error
        }
        let run = AcquisitionState.Run(
            layout: layout,
            pool: pool,
            triggering: triggering,
            clock: layout.hasTicks ? camera.hardwareClock : nil,
            longestWait: longestWait(triggering),
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
        try camera.stop()
    }

    /// Takes back the buffers that the SDK has not filled.
    ///
    /// Flushing twice freezes some versions, so it is done once.
    private func flush(_ pool: BufferPool) {
        guard pool.queuedCount > 0 else { return }
        do { try camera.flush() } catch {
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
        guard camera.queuesBuffers else { return true }
        let wanted = bufferCount
        while pool.queuedCount < wanted {
            guard let buffer = pool.take() else { return pool.queuedCount > wanted / 2 }
            try queue(buffer, of: pool)
        }
        return true
    }

    private func queue(_ buffer: FrameBuffer, of pool: BufferPool) throws {
        pool.noteQueued(buffer)
        do { try camera.queue(buffer) } catch {
            if let buffer = pool.noteFilled(buffer.address) { pool.takeBack(buffer) }
            throw error
        }
    }

    /// The longest time that an image may take; nil if that depends on an external trigger.
    func longestWait(_ triggering: Triggering) -> Duration? {
        guard triggering != .external else { return nil }
        let seconds = camera.imageTime(triggering)
        // Ten days: longer than any exposure, and far below the largest duration.
        return .seconds(seconds.isFinite ? min(max(seconds, 0), 864_000) : 864_000) + options.margin
    }
}
