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
