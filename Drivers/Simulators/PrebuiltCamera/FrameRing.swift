internal import Devices
internal import Pickle

/// Frames that were made beforehand and are handed out in turn, as they are: no pixel is copied.
struct FrameRing: Sendable {
    private let shape: SensorShape
    private var buffers: [PixelBuffer]
    private var place = 0
    private let pool = FramePool()

    init(of count: Int, _ shape: SensorShape) {
        self.shape = shape
        var noise = Noise()
        buffers = (0..<count).map { [pool] _ in
            let buffer = pool.buffer(byteCount: shape.width * shape.height * MemoryLayout<UInt16>.stride)
            unsafe buffer.write { memory in
                let canvas = unsafe Canvas<UInt16>(memory, width: shape.width, height: shape.height)
                canvas.paint { noise.levels(from: 0, to: 255) }
            }
            return buffer
        }
    }

    /// How many buffers there are.
    var count: Int { buffers.count }

    /// The next frame, with a number in its first eight bytes, the least significant one first.
    mutating func next(numbered number: UInt64) -> Frame {
        // A buffer still on its way to a client must not change. The ring grows until there is one that is free.
        if !isKnownUniquelyReferenced(&buffers[place]) { buffers.insert(copy(of: buffers[place]), at: place) }
        let buffer = buffers[place]
        unsafe buffer.write { memory in
            unsafe withUnsafeBytes(of: number.littleEndian) { bytes in
                unsafe memory.copyBytes(from: bytes.prefix(memory.count))
            }
        }
        place = (place + 1) % buffers.count
        // The buffers were made for this shape.
        return Frame(width: shape.width, height: shape.height, .uint16, pixels: Bytes(buffer))!
    }

    private func copy(of buffer: PixelBuffer) -> PixelBuffer {
        let copy = pool.buffer(byteCount: buffer.byteCount)
        unsafe copy.write { memory in unsafe memory.copyMemory(from: buffer.bytes) }
        return copy
    }
}
