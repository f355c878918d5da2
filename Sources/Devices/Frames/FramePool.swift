internal import Pickle
internal import Platform

/// A pool of memory for frames: touching fresh pages costs more than sending them.
///
/// Bounded: of the buffers that nobody uses it keeps a number, and those that were not needed for two seconds are freed
/// whether more frames come or not.
public final class FramePool: Sendable {
    private let capacity: Int
    private let mustBeShared: Bool
    private let free = Lock(Unused())

    private struct Unused {
        var buffers: [FrameMemory] = []
        /// The fewest buffers that there were since the last look, which were not needed.
        var fewest = 0
        var isWatched = false

        mutating func take() -> FrameMemory? {
            defer { fewest = min(fewest, buffers.count) }
            return buffers.popLast()
        }

        mutating func removeAll() { (buffers, fewest) = ([], 0) }

        /// Frees what was not needed; whether something is left to look at.
        mutating func trim() -> Bool {
            buffers.removeFirst(min(fewest, buffers.count))
            fewest = buffers.count
            isWatched = !buffers.isEmpty
            return isWatched
        }
    }

    /// How long unused buffers are kept.
    private static let patience = Duration.seconds(2)

    /// - Parameters:
    ///   - capacity: the number of unused buffers that are kept.
    ///   - mustBeShared: whether the frames are needed by other processes of this machine, see ``FrameMemory``.
    public init(keeping capacity: Int = 16, mustBeShared: Bool = false) {
        (self.capacity, self.mustBeShared) = (capacity, mustBeShared)
    }

    /// Memory of that many bytes, with undefined contents.
    public func buffer(byteCount: Int) -> PixelBuffer {
        let used = free.withLock { free -> FrameMemory? in
            // The size of the frames has changed: the unused buffers are useless.
            if free.buffers.last?.byteCount != byteCount { free.removeAll() }
            return free.take()
        }
        return PixelBuffer(used ?? FrameMemory(byteCount: byteCount, mayUseReserve: mustBeShared), pool: self)
    }

    func takeBack(_ memory: FrameMemory) {
        let isFirst = free.withLock { free -> Bool in
            if let kept = free.buffers.last, kept.byteCount != memory.byteCount { free.removeAll() }
            guard free.buffers.count < capacity else { return false }
            free.buffers.append(memory)
            defer { free.isWatched = true }
            return !free.isWatched
        }
        if isFirst { watch() }
    }

    /// Frees what is not needed, on a thread that ends when nothing is left.
    private func watch() {
        BlockingThread.startEventually("frame memory") { [free] in
            repeat { Pause.wait(for: Self.patience) } while free.withLock { $0.trim() }
        }
    }
}

/// Memory for one frame, which returns to its pool when the frame is no longer needed.
public final class PixelBuffer: SharedPixels {
    private let memory: FrameMemory
    private let pool: FramePool

    init(_ memory: FrameMemory, pool: FramePool) {
        self.memory = memory
        self.pool = pool
    }

    deinit { pool.takeBack(memory) }

    public var byteCount: Int { memory.byteCount }
    public var slot: FrameSlot? { memory.slot }

    @unsafe public var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(memory.bytes) }

    /// Writes the pixels, which is only allowed while nobody else has the buffer.
    public func write<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(memory.bytes)
    }
}
