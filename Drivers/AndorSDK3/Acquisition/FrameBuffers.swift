internal import Devices
internal import Pickle
internal import Synchronization

/// The buffers of one acquisition: some wait in the SDK's queue, some are with clients, some are free.
///
/// Bounded: when clients hold on to all that there may be, their images are copied instead.
final class BufferPool: Sendable {
    private struct Contents {
        var free: [FrameBuffer] = []
        var queued: [UInt: FrameBuffer] = [:]
        /// How many there are, wherever they are.
        var count = 0
    }

    let byteCount: Int
    let capacity: Int
    private let contents = Mutex(Contents())

    init(byteCount: Int, capacity: Int) { (self.byteCount, self.capacity) = (byteCount, capacity) }

    /// A buffer to be queued; nil if all are in use.
    func take() -> FrameBuffer? {
        contents.withLock { contents in
            if let buffer = contents.free.popLast() { return buffer }
            guard contents.count < capacity else { return nil }
            contents.count += 1
            return FrameBuffer(byteCount: byteCount)
        }
    }

    func takeBack(_ buffer: FrameBuffer) { contents.withLock { $0.free.append(buffer) } }

    /// Keeps a buffer alive for as long as the SDK may write to it.
    func noteQueued(_ buffer: FrameBuffer) { contents.withLock { $0.queued[buffer.address] = buffer } }

    /// The buffer that the SDK has filled, by its address.
    func noteFilled(_ address: UInt) -> FrameBuffer? { contents.withLock { $0.queued.removeValue(forKey: address) } }

    var queuedCount: Int { contents.withLock(\.queued.count) }
    var queuedAddresses: [UInt] { contents.withLock { Array($0.queued.keys) } }
    /// How many buffers there are, wherever they are.
    var count: Int { contents.withLock(\.count) }

    /// Takes back what was queued, once the SDK has been flushed.
    func noteFlushed() {
        contents.withLock { contents in
            contents.free += contents.queued.values
            contents.queued.removeAll()
        }
    }
}

/// Memory for one image and its metadata, as the SDK wants it: aligned, and of exactly the size that it says.
// Why unchecked: the SDK alone writes it, while it is queued; afterwards it is only read, until it is queued again.
@safe final class FrameBuffer: @unchecked Sendable {
    @unsafe let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int) { unsafe memory = .allocate(byteCount: byteCount, alignment: 4096) }

    deinit { unsafe memory.deallocate() }

    var byteCount: Int { unsafe memory.count }
    /// What the SDK knows it by.
    var address: UInt { unsafe UInt(bitPattern: memory.baseAddress) }

    func load<Value: BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
        precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= byteCount)
        return unsafe memory.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// Copies rows that have something else behind them.
    func copyRows(to target: PixelBuffer, rowBytes: Int, stride: Int, rows: Int) {
        unsafe target.write { target in
            for row in 0..<rows {
                let source = unsafe UnsafeRawBufferPointer(rebasing: memory[row * stride..<row * stride + rowBytes])
                unsafe target.baseAddress?.advanced(by: row * rowBytes)
                    .copyMemory(from: source.baseAddress!, byteCount: rowBytes)
            }
        }
    }

    /// Unpacks rows of twelve bits a pixel into sixteen.
    func unpackRows(to target: PixelBuffer, width: Int, stride: Int, rows: Int) {
        unsafe target.write { target in
            guard let pixels = unsafe target.assumingMemoryBound(to: UInt16.self).baseAddress else { return }
            guard let bytes = unsafe UnsafeRawBufferPointer(memory).assumingMemoryBound(to: UInt8.self).baseAddress
            else { return }
            for row in 0..<rows {
                unsafe Self.unpack(bytes + row * stride, to: pixels + row * width, count: width)
            }
        }
    }

    /// Three bytes hold two pixels: the upper eight bits of each around a byte of both lower four.
    private static func unpack(_ bytes: UnsafePointer<UInt8>, to pixels: UnsafeMutablePointer<UInt16>, count: Int) {
        for pair in 0..<count / 2 {
            let middle = unsafe UInt16(bytes[3 * pair + 1])
            unsafe pixels[2 * pair] = UInt16(bytes[3 * pair]) << 4 | middle & 15
            unsafe pixels[2 * pair + 1] = UInt16(bytes[3 * pair + 2]) << 4 | middle >> 4
        }
        guard count % 2 == 1 else { return }
        let last = 3 * (count / 2)
        unsafe pixels[count - 1] = UInt16(bytes[last]) << 4 | UInt16(bytes[last + 1]) & 15
    }
}

/// The image in a buffer that the SDK has filled, handed on as it is; the buffer then goes back to its pool.
@safe final class FilledBuffer: ByteMemory {
    private let buffer: FrameBuffer
    private let pool: BufferPool
    let byteCount: Int

    init(_ buffer: FrameBuffer, byteCount: Int, pool: BufferPool) {
        precondition(byteCount <= buffer.byteCount)
        (self.buffer, self.byteCount, self.pool) = (buffer, byteCount, pool)
    }

    deinit { pool.takeBack(buffer) }

    @unsafe var bytes: UnsafeRawBufferPointer {
        unsafe UnsafeRawBufferPointer(rebasing: buffer.memory[..<byteCount])
    }
}
