public import Pickle

/// One read-out of the sensor, in memory: an array of two dimensions, rows and columns.
public struct Frame: Sendable {
    /// The frame as clients get it: rows from the top, each from the left, without gaps.
    public let array: NDArray

    /// A frame of the pixels of an array; nil if the array does not have two dimensions, or goes down columns.
    public init?(_ array: NDArray) {
        guard array.shape.count == 2, !array.isFortranOrder else { return nil }
        self.array = array
    }

    /// A frame of these pixels; nil if the number of bytes does not match the size.
    public init?(width: Int, height: Int, _ dtype: DType, pixels: Bytes) {
        guard let array = NDArray(dtype, shape: [height, width], data: pixels) else { return nil }
        self.array = array
    }

    /// How many pixels there are in a row.
    public var width: Int { array.shape[1] }
    /// How many rows there are.
    public var height: Int { array.shape[0] }
    public var dtype: DType { array.dtype }
    public var pixels: Bytes { array.data }
}

extension Frame {
    /// The transformed frame; the frame itself, with no pixel copied, if there is nothing to do.
    public func transformed(by transform: Transform, pool: FramePool) -> Frame {
        guard transform != .identity else { return self }
        switch dtype.size {
        case 1: return moved(UInt8.self, by: transform, pool)
        case 2: return moved(UInt16.self, by: transform, pool)
        case 4: return moved(UInt32.self, by: transform, pool)
        default: return moved(UInt64.self, by: transform, pool)
        }
    }

    /// Copies each pixel to its new place, whatever its type.
    private func moved<Pixel: Turnable>(_: Pixel.Type, by transform: Transform, _ pool: FramePool) -> Frame {
        let steps = TurnSteps(width: width, height: height, transform)
        let buffer = pool.buffer(byteCount: pixels.count)
        unsafe pixels.withUnsafeBytes { source in
            unsafe buffer.write { target in
                guard let turn = unsafe Turn<Pixel>(from: source, to: target, steps) else { return }
                if transform.rotates { turn.rotate() } else { turn.flip() }
            }
        }
        // As many pixels as before, so the size matches.
        return Frame(width: steps.width, height: steps.height, dtype, pixels: Bytes(buffer))!
    }
}
