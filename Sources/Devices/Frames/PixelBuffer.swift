public import Pickle

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
