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
    @unsafe private let memory: UnsafeRawBufferPointer

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

    /// Unpacks rows of 12-bit pixels into 16 bits each.
    func unpackRows(to target: PixelBuffer, _ packing: PixelFormat.Packing, width: Int, stride: Int, rows: Int) {
        unsafe target.write { target in
            guard let pixels = unsafe target.assumingMemoryBound(to: UInt16.self).baseAddress else { return }
            guard let bytes = unsafe memory.assumingMemoryBound(to: UInt8.self).baseAddress else { return }
            for row in 0..<rows {
                let (source, place) = unsafe (bytes + row * stride, pixels + row * width)
                switch packing {
                case .lowestFirst: unsafe Self.unpackLowestFirst(source, to: place, count: width)
                default: unsafe Self.unpackMiddleByte(source, to: place, count: width)
                }
            }
        }
    }

    private static func unpackMiddleByte(
        _ bytes: UnsafePointer<UInt8>,
        to pixels: UnsafeMutablePointer<UInt16>,
        count: Int
    ) {
        for pair in 0..<count / 2 {
            let middle = unsafe UInt16(bytes[3 * pair + 1])
            unsafe pixels[2 * pair] = UInt16(bytes[3 * pair]) << 4 | middle & 15
            unsafe pixels[2 * pair + 1] = UInt16(bytes[3 * pair + 2]) << 4 | middle >> 4
        }
        guard count % 2 == 1 else { return }
        let last = 3 * (count / 2)
        unsafe pixels[count - 1] = UInt16(bytes[last]) << 4 | UInt16(bytes[last + 1]) & 15
    }

    private static func unpackLowestFirst(
        _ bytes: UnsafePointer<UInt8>,
        to pixels: UnsafeMutablePointer<UInt16>,
        count: Int
    ) {
        for pair in 0..<count / 2 {
            let middle = unsafe UInt16(bytes[3 * pair + 1])
            unsafe pixels[2 * pair] = UInt16(bytes[3 * pair]) | (middle & 15) << 8
            unsafe pixels[2 * pair + 1] = middle >> 4 | UInt16(bytes[3 * pair + 2]) << 4
        }
        guard count % 2 == 1 else { return }
        let last = 3 * (count / 2)
        unsafe pixels[count - 1] = UInt16(bytes[last]) | (UInt16(bytes[last + 1]) & 15) << 8
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
