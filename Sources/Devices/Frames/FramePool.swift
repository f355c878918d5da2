public import Pickle
internal import Platform

/// A pool of memory for frames: touching fresh pages costs more than sending them.
public final class FramePool: Sendable {
    private let capacity: Int
    private let free = Lock<[PixelMemory]>([])

    /// - Parameter capacity: the number of unused buffers that are kept.
    public init(keeping capacity: Int = 16) { self.capacity = capacity }

    /// Memory of that many bytes, with undefined contents.
    public func buffer(byteCount: Int) -> PixelBuffer {
        let used = free.withLock { free -> PixelMemory? in
            // The size of the frames has changed: the unused buffers are useless.
            if free.last?.byteCount != byteCount { free.removeAll() }
            return free.popLast()
        }
        return PixelBuffer(used ?? PixelMemory(byteCount: byteCount), pool: self)
    }

    func takeBack(_ memory: PixelMemory) {
        free.withLock { free in
            if let kept = free.last, kept.byteCount != memory.byteCount { free.removeAll() }
            if free.count < capacity { free.append(memory) }
        }
    }
}

/// Memory for one frame, which returns to its pool when the frame is no longer needed.
public final class PixelBuffer: ByteMemory {
    private let memory: PixelMemory
    private let pool: FramePool

    init(_ memory: PixelMemory, pool: FramePool) {
        self.memory = memory
        self.pool = pool
    }

    deinit { pool.takeBack(memory) }

    public var byteCount: Int { memory.byteCount }

    @unsafe public var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(memory.bytes) }

    /// Writes the pixels, which is only allowed while nobody else has the buffer.
    public func write<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(memory.bytes)
    }
}

/// A piece of memory, aligned to a page as SDKs and the kernel prefer.
// Unchecked: the thread that has taken it from the pool fills it before others see it; from then on it is only read,
// until the last reader has released it.
@safe final class PixelMemory: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        unsafe bytes = .allocate(byteCount: byteCount, alignment: 4096)
    }

    deinit { unsafe bytes.deallocate() }

    var byteCount: Int { unsafe bytes.count }
}
