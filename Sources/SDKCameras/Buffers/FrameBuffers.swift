internal import Devices
internal import Pickle
internal import Platform

/// The buffers of one acquisition: queued in the SDK, held by clients, or free.
///
/// Bounded: when clients hold all the buffers there may be, their images are copied instead. Free buffers beyond the SDK's
/// share that have not been needed for a while are released by ``trim(keeping:)``.
final class BufferPool: Sendable {
    private struct Contents {
        var free: [FrameBuffer] = []
        var queued: [UInt: FrameBuffer] = [:]
        /// The number of buffers, wherever they are.
        var count = 0
        /// The fewest free buffers at a time since the last trimming.
        var fewestFree = Int.max
    }

    let byteCount: Int
    let capacity: Int
    private let contents = Lock(Contents())

    init(byteCount: Int, capacity: Int) { (self.byteCount, self.capacity) = (byteCount, capacity) }

    /// A buffer to queue; nil if all are in use.
    func take() -> FrameBuffer? {
        contents.withLock { contents in
            if let buffer = contents.free.popLast() {
                contents.fewestFree = min(contents.fewestFree, contents.free.count)
                return buffer
            }
            contents.fewestFree = 0
            guard contents.count < capacity else { return nil }
            contents.count += 1
            return FrameBuffer(byteCount: byteCount)
        }
    }

    /// Releases free buffers that have not been needed since the last call, but keeps this number of buffers in all.
    func trim(keeping least: Int) {
        contents.withLock { contents in
            let surplus = min(contents.fewestFree, contents.free.count, contents.count - least)
            if surplus > 0 {
                contents.free.removeFirst(surplus)
                contents.count -= surplus
            }
            contents.fewestFree = contents.free.count
        }
    }

    func takeBack(_ buffer: FrameBuffer) { contents.withLock { $0.free.append(buffer) } }

    /// Keeps a buffer alive for as long as the SDK may write to it.
    func noteQueued(_ buffer: FrameBuffer) { contents.withLock { $0.queued[buffer.address] = buffer } }

    /// The buffer that the SDK has filled, by its address.
    func noteFilled(_ address: UInt) -> FrameBuffer? { contents.withLock { $0.queued.removeValue(forKey: address) } }

    var queuedCount: Int { contents.withLock(\.queued.count) }
    var queuedAddresses: [UInt] { contents.withLock { Array($0.queued.keys) } }
    /// The number of buffers, wherever they are.
    var count: Int { contents.withLock(\.count) }

    /// Takes back the queued buffers after a flush.
    func noteFlushed() {
        contents.withLock { contents in
            contents.free += contents.queued.values
            contents.queued.removeAll()
        }
    }
}

/// Memory for one image and its metadata: aligned, and of the exact size that the SDK reports.
// Why unchecked: only the SDK writes it, while it is queued; after that it is only read, until it is queued again.
@safe final class FrameBuffer: @unchecked Sendable {
    @unsafe let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int) { unsafe memory = .allocate(byteCount: byteCount, alignment: 4096) }

    deinit { unsafe memory.deallocate() }

    var byteCount: Int { unsafe memory.count }
    /// The address by which the SDK identifies the buffer.
    var address: UInt { unsafe UInt(bitPattern: memory.baseAddress) }

    func load<Value: BitwiseCopyable>(at offset: Int, as type: Value.Type) -> Value {
        precondition(offset >= 0 && offset + MemoryLayout<Value>.size <= byteCount)
        return unsafe memory.loadUnaligned(fromByteOffset: offset, as: type)
    }

    /// Copies rows and leaves out their padding.
    func copyRows(to target: PixelBuffer, rowBytes: Int, stride: Int, rows: Int) {
        unsafe target.write { target in
            for row in 0..<rows {
                let source = unsafe UnsafeRawBufferPointer(rebasing: memory[row * stride..<row * stride + rowBytes])
                unsafe target.baseAddress?.advanced(by: row * rowBytes)
                    .copyMemory(from: source.baseAddress!, byteCount: rowBytes)
            }
        }
    }

    /// Unpacks rows of 12-bit pixels into 16 bits each.
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

    /// Three bytes hold two pixels: the upper eight bits of each, and between them a byte with the lower four bits of
    /// both.
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

/// The image in a buffer that the SDK has filled, passed on without a copy; the buffer returns to its pool afterwards.
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
