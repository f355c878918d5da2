public import Pickle
internal import Synchronization

/// Memory for frames that is used again and again: touching fresh pages costs more than sending them.
public final class FramePool: Sendable {
    private let capacity: Int
    private let free = Mutex<[PixelMemory]>([])

    /// - Parameter capacity: how many buffers are kept for later.
    public init(keeping capacity: Int = 16) { self.capacity = capacity }

    /// Memory of that many bytes, with whatever it held before.
    public func buffer(byteCount: Int) -> PixelBuffer {
        let used = free.withLock { free -> PixelMemory? in
            // Frames have got another size: what is kept is of no use any more.
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

/// Memory for one frame, which goes back to its pool when nobody needs the frame any more.
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

    /// Lets the pixels be written, which is only right while nobody else has the buffer.
    public func write<Result, Failure: Error>(
        _ body: (UnsafeMutableRawBufferPointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try unsafe body(memory.bytes)
    }
}

/// A stretch of memory, aligned to a page as SDKs and the kernel like it.
// Why unchecked: whoever has taken it from the pool fills it before others see it; then it is only read, until the last
// one has let go of it.
@safe final class PixelMemory: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        unsafe bytes = .allocate(byteCount: byteCount, alignment: 4096)
    }

    deinit { unsafe bytes.deallocate() }

    var byteCount: Int { unsafe bytes.count }
}
