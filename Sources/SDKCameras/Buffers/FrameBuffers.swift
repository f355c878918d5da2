internal import Devices
internal import Pickle

/// Memory for one image and its metadata: aligned, and of the exact size that the SDK reports.
// Why unchecked: only the SDK writes it, while it is queued; after that it is only read, until it is queued again.
@safe public final class FrameBuffer: @unchecked Sendable {
    private let pages: FrameMemory

    /// - Parameter byteCount: at least one.
    public init(byteCount: Int) { pages = FrameMemory(byteCount: byteCount) }

    @unsafe public var memory: UnsafeMutableRawBufferPointer { unsafe pages.bytes }
    /// What other processes of this machine map.
    var slot: FrameSlot? { pages.slot }
    public var byteCount: Int { unsafe memory.count }
    /// The address by which the SDK identifies the buffer.
    public var address: UInt { unsafe UInt(bitPattern: memory.baseAddress) }

    /// A value at an offset, which must be inside of the buffer.
    public func load<Value: BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
        precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= byteCount)
        return unsafe memory.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// The memory, for as long as the buffer is kept.
    var borrowed: BorrowedMemory { unsafe BorrowedMemory(UnsafeRawBufferPointer(memory)) }
}

/// Memory of an SDK, which is valid for a while only: until the SDK's next call.
// Why unchecked: it is read at once, by the thread that got it.
@safe public struct BorrowedMemory: @unchecked Sendable {
    @unsafe let memory: UnsafeRawBufferPointer

    /// - Parameter memory: not empty.
    @unsafe public init(_ memory: UnsafeRawBufferPointer) { unsafe self.memory = memory }

    /// Memory at an address that an SDK has returned; nil without one.
    public init?(address: UInt, byteCount: Int) {
        guard byteCount > 0, let start = unsafe UnsafeRawPointer(bitPattern: address) else { return nil }
        unsafe self.init(UnsafeRawBufferPointer(start: start, count: byteCount))
    }

    var byteCount: Int { unsafe memory.count }

    /// Copies rows and leaves out their padding.
    func copyRows(to target: PixelBuffer, rowBytes: Int, stride: Int, rows: Int) {
        unsafe target.write { target in
            guard stride != rowBytes else {
                return unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: memory[..<(rows * stride)]))
            }
            for row in 0..<rows {
                let source = unsafe UnsafeRawBufferPointer(rebasing: memory[row * stride..<row * stride + rowBytes])
                unsafe UnsafeMutableRawBufferPointer(rebasing: target[(row * rowBytes)...]).copyMemory(from: source)
            }
        }
    }
}

/// The image in a buffer that the SDK has filled, passed on without a copy; the buffer returns to its pool afterwards.
@safe final class FilledBuffer: SharedPixels {
    private let buffer: FrameBuffer
    private let pool: BufferPool
    let byteCount: Int

    init(_ buffer: FrameBuffer, byteCount: Int, pool: BufferPool) {
        precondition(byteCount <= buffer.byteCount)
        (self.buffer, self.byteCount, self.pool) = (buffer, byteCount, pool)
    }

    deinit { pool.takeBack(buffer) }

    var slot: FrameSlot? { buffer.slot }

    @unsafe var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: buffer.memory[..<byteCount])
    }
}
