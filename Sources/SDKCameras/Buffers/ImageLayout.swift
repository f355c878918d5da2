public import Devices
public import Pickle

/// The layout of an image in its buffer.
public struct ImageLayout: Sendable, Equatable {
    public let width, height: Int
    public let format: PixelFormat
    /// The distance from the start of one row to the start of the next, in bytes.
    public let stride: Int
    /// The size of the whole buffer, including what follows the pixels.
    public let byteCount: Int
    /// Whether images carry the ticks of the camera's clock.
    public let hasTicks: Bool

    /// Throws a `DeviceError` of kind `failed` if the numbers of the SDK contradict each other.
    public init(
        width: Int,
        height: Int,
        _ format: PixelFormat,
        stride: Int,
        byteCount: Int,
        hasTicks: Bool = false,
        of serialNumber: String
    ) throws(DeviceError) {
        (self.width, self.height, self.format) = (width, height, format)
        (self.stride, self.byteCount, self.hasTicks) = (stride, byteCount, hasTicks)
        let limit = 1 << 24
        guard
            (1...limit).contains(width), (1...limit).contains(height), stride <= limit * 4,
            stride >= format.rowBytes(width), byteCount >= stride * height
        else {
            throw DeviceError(
                .failed,
                "\(serialNumber) sends \(byteCount) bytes for \(height) rows of \(stride) with \(width) pixels"
            )
        }
    }

    /// Whether the pixels are laid out as clients expect, so that the buffer itself can be passed on.
    var isPlain: Bool { format.packing == .none && stride == format.rowBytes(width) }

    private var pixelBytes: Int { width * height * format.dtype.size }

    /// The image in a buffer, which returns to its pool when the image is released.
    func frame(handingOn buffer: FrameBuffer, of pool: BufferPool) -> Frame? {
        let pixels = Bytes(FilledBuffer(buffer, byteCount: pixelBytes, pool: pool))
        return Frame(width: width, height: height, format.dtype, pixels: pixels)
    }

    /// The image in memory of its own, unpacked and without padding; nil if the source is too short.
    func frame(copying source: BorrowedMemory, to memory: FramePool) -> Frame? {
        // The last row may come without its padding.
        guard source.byteCount >= stride * (height - 1) + format.rowBytes(width) else { return nil }
        let pixels = memory.buffer(byteCount: pixelBytes)
        switch format.packing {
        case .none: source.copyRows(to: pixels, rowBytes: format.rowBytes(width), stride: stride, rows: height)
        case let packing: source.unpackRows(to: pixels, packing, width: width, stride: stride, rows: height)
        }
        return Frame(width: width, height: height, format.dtype, pixels: Bytes(pixels))
    }
}

/// The type of the pixels that clients get, and how the SDK packs them.
public struct PixelFormat: Sendable, Equatable {
    /// Two pixels of 12 bits in three bytes.
    public enum Packing: Sendable, Equatable {
        case none
        /// The upper eight bits of each pixel, and between them a byte with the lower four bits of both, those of the
        /// first pixel in its lower half: GenICam's `Mono12Packed`, Andor's, and DCAM's MONO12.
        case middleByte
        /// A stream of bits, the lowest first: GenICam's `Mono12p`, and DCAM's MONO12P.
        case lowestFirst
        /// Two pixels of 10 bits in three bytes: the upper eight bits of each, and between them the lower two bits of both,
        /// those of the first pixel in its lower half: GenICam's `Mono10Packed`.
        case tenMiddleByte
        /// Four pixels of 10 bits in five bytes, the lowest bits first: GenICam's `Mono10p`.
        case tenLowestFirst
        /// Bytes of which clients get the brightness.
        case color(ColorBytes)
    }

    /// The bytes of pixels with color.
    public enum ColorBytes: Sendable, Equatable {
        case rgb, bgr
        /// The brightness of each pixel, and between them the color that two pixels share.
        case yuyv, uyvy

        var count: Int { self == .rgb || self == .bgr ? 3 : 2 }
    }

    public let dtype: DType
    public let packing: Packing

    public init(_ dtype: DType) { (self.dtype, packing) = (dtype, .none) }

    /// Pixels of 12 bits, which clients get as 16.
    public init(packed packing: Packing) { (dtype, self.packing) = (.uint16, packing) }

    /// Pixels with color, of which clients get the brightness in 8 bits: a weighted sum of red, green and blue (ITU-R
    /// BT.601), or what the camera itself has calculated.
    public init(luminanceOf bytes: ColorBytes) { (dtype, packing) = (.uint8, .color(bytes)) }

    /// The size of a row without padding.
    public func rowBytes(_ width: Int) -> Int {
        switch packing {
        case .none: width * dtype.size
        case .middleByte, .lowestFirst, .tenMiddleByte: (width * 3 + 1) / 2
        case .tenLowestFirst: (width * 5 + 3) / 4
        case .color(let bytes): width * bytes.count
        }
    }
}
