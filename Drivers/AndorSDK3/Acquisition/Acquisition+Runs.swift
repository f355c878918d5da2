internal import Devices
internal import Threads

/// Starting and ending, with the gate passed already.
extension Acquisition {
    /// Queues buffers and starts the camera.
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

    /// Stops the camera and takes the buffers back.
    func end() throws {
        guard case .running(let run) = state.withLock(\.phase) else { return }
        state.update { $0.phase = .idle }
        defer { flush(run.pool) }
        // A series of a fixed length has come to its end by itself.
        if try camera.bool("CameraAcquiring") { try camera.perform("AcquisitionStop") }
    }

    /// Takes back what the SDK has not filled: once, since a second time freezes some versions.
    private func flush(_ pool: BufferPool) {
        guard pool.queuedCount > 0 else { return }
        do { try camera.sdk.flush(camera.handle) } catch {
            // What a lost camera's driver still writes to must stay; a closed one writes no more.
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

    /// Gives the SDK as many buffers as it shall have; false if clients hold too many.
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

    /// How long an image may take in a mode; nil if it waits for somebody.
    func longestWait(_ mode: AndorTriggerMode?) -> Duration? {
        guard mode == .software || mode == .freeRunning else { return nil }
        var seconds = (try? camera.float("ExposureTime")) ?? 0
        if let rate = try? camera.float("FrameRate"), mode == .freeRunning, rate > 0 {
            seconds = max(seconds, 1 / rate)
        }
        seconds += (try? camera.float("ReadoutTime")) ?? 0
        // Ten days, which nobody exposes for, and which is far from what a duration can hold.
        return .seconds(seconds.isFinite ? min(max(seconds, 0), 864_000) : 864_000) + options.margin
    }
}
