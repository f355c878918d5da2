internal import Devices
internal import Pickle

/// How an image lies in its buffer.
struct ImageLayout: Sendable, Equatable {
    let width, height: Int
    let encoding: PixelEncoding
    /// From the beginning of a row to that of the next.
    let stride: Int
    /// Of the whole buffer, with what is behind the image.
    let byteCount: Int
    let hasMetadata: Bool

    /// The layout of what the camera would send now.
    init(_ camera: AndorCamera) throws(DeviceError) {
        let label = try camera.label("PixelEncoding")
        guard let encoding = PixelEncoding(rawValue: label) else {
            throw DeviceError(.unsupported, "images of PixelEncoding \(label) on \(camera.serialNumber)")
        }
        self.encoding = encoding
        width = try camera.int("AOIWidth", within: Area.sides)
        height = try camera.int("AOIHeight", within: Area.sides)
        byteCount = try camera.int("ImageSizeBytes", within: 1...1 << 40)
        // A SimCam has neither; its rows have nothing behind them.
        stride =
            try camera.has("AOIStride")
            ? try camera.int("AOIStride", within: 1...1 << 24) : encoding.rowBytes(width)
        hasMetadata = try camera.has("MetadataEnable") ? try camera.bool("MetadataEnable") : false
        guard stride >= encoding.rowBytes(width), byteCount >= stride * height else {
            throw DeviceError(
                .failed,
                "\(camera.serialNumber) sends \(byteCount) bytes for \(height) rows of \(stride) with \(width) pixels"
            )
        }
    }

    /// Whether the pixels stand as clients want them, so that the buffer itself can be handed on.
    var isPlain: Bool { encoding != .mono12Packed && stride == encoding.rowBytes(width) }

    private var pixelBytes: Int { width * height * encoding.dtype.size }

    /// The image in a buffer that goes back to its pool once the image is not needed any more.
    func frame(handingOn buffer: FrameBuffer, of pool: BufferPool) -> Frame? {
        let pixels = Bytes(FilledBuffer(buffer, byteCount: pixelBytes, pool: pool))
        return Frame(width: width, height: height, encoding.dtype, pixels: pixels)
    }

    /// The image in memory of its own, without padding and unpacked.
    func frame(copying buffer: FrameBuffer, to memory: FramePool) -> Frame? {
        let pixels = memory.buffer(byteCount: pixelBytes)
        if encoding == .mono12Packed {
            buffer.unpackRows(to: pixels, width: width, stride: stride, rows: height)
        } else {
            buffer.copyRows(to: pixels, rowBytes: encoding.rowBytes(width), stride: stride, rows: height)
        }
        return Frame(width: width, height: height, encoding.dtype, pixels: Bytes(pixels))
    }
}
