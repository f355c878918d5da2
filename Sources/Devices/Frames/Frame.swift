public import Pickle

/// One read-out of the sensor, in memory.
public struct Frame: Sendable {
    /// Pixels along a row, and rows.
    public let width, height: Int
    public let dtype: DType
    /// The rows from the top, each from the left, without gaps between them.
    public let pixels: Bytes

    /// A frame over these pixels, or nil if their number is not what the sides need.
    public init?(width: Int, height: Int, _ dtype: DType, pixels: Bytes) {
        guard width >= 0, height >= 0, NDArray.byteCount(dtype, [height, width]) == pixels.count else { return nil }
        self.width = width
        self.height = height
        self.dtype = dtype
        self.pixels = pixels
    }

    /// The frame as clients get it: an array of shape (height, width).
    public var array: NDArray {
        // The sides were checked against the pixels when the frame was made.
        NDArray(dtype, shape: [height, width], data: pixels)!
    }
}

extension Frame {
    /// The frame turned; itself, with no pixel copied, if there is nothing to do.
    public func transformed(by transform: Transform, pool: FramePool) -> Frame {
        guard transform != .identity else { return self }
        switch dtype.size {
        case 1: return moved(UInt8.self, by: transform, pool)
        case 2: return moved(UInt16.self, by: transform, pool)
        case 4: return moved(UInt32.self, by: transform, pool)
        default: return moved(UInt64.self, by: transform, pool)
        }
    }

    /// Copies each pixel to its new place, whatever the number in it means.
    private func moved<Pixel: Turnable>(_: Pixel.Type, by transform: Transform, _ pool: FramePool) -> Frame {
        let steps = TurnSteps(width: width, height: height, transform)
        let buffer = pool.buffer(byteCount: pixels.count)
        unsafe pixels.withUnsafeBytes { source in
            unsafe buffer.write { target in
                guard let turn = unsafe Turn<Pixel>(from: source, to: target, steps) else { return }
                if transform.rotates { turn.rotate() } else { turn.flip() }
            }
        }
        // As many pixels as before, so the sides fit.
        return Frame(width: steps.width, height: steps.height, dtype, pixels: Bytes(buffer))!
    }
}
