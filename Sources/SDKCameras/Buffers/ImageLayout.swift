internal import Devices
internal import Pickle

/// The layout of an image in its buffer.
struct ImageLayout: Sendable, Equatable {
    let width, height: Int
    let encoding: PixelEncoding
    /// The distance from the start of one row to the start of the next.
    let stride: Int
    /// The size of the whole buffer, including metadata.
    let byteCount: Int
    let hasMetadata: Bool

    /// The layout of the images that the camera would send now.
    init(_ camera: AndorCamera) throws(DeviceError) {
        let label = try camera.label("PixelEncoding")
        guard let encoding = PixelEncoding(rawValue: label) else {
            throw DeviceError(.unsupported, "cannot read images of PixelEncoding \(label) on \(camera.serialNumber)")
        }
        self.encoding = encoding
        width = try camera.int("AOIWidth", within: Area.sides)
        height = try camera.int("AOIHeight", within: Area.sides)
        byteCount = try camera.int("ImageSizeBytes", within: 1...1 << 40)
        // A SimCam has no stride feature, and its rows have no padding.
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

    /// Whether the pixels are laid out as clients expect, so that the buffer itself can be passed on.
    var isPlain: Bool { encoding != .mono12Packed && stride == encoding.rowBytes(width) }

    private var pixelBytes: Int { width * height * encoding.dtype.size }

    /// The image in a buffer that returns to its pool when the image is no longer needed.
    func frame(handingOn buffer: FrameBuffer, of pool: BufferPool) -> Frame? {
        let pixels = Bytes(FilledBuffer(buffer, byteCount: pixelBytes, pool: pool))
        return Frame(width: width, height: height, encoding.dtype, pixels: pixels)
    }

    /// The image in memory of its own, unpacked and without padding.
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

/// The SDK's pixel encodings.
enum PixelEncoding: String, Sendable, CaseIterable {
    case mono8 = "Mono8"
    case mono12 = "Mono12"
    case mono12Packed = "Mono12Packed"
    case mono16 = "Mono16"
    case mono32 = "Mono32"

    /// The type of the pixels that clients get.
    var dtype: DType {
        switch self {
        case .mono8: .uint8
        case .mono12, .mono12Packed, .mono16: .uint16
        case .mono32: .uint32
        }
    }

    /// The size of a row without padding.
    func rowBytes(_ width: Int) -> Int { self == .mono12Packed ? (width * 3 + 1) / 2 : width * dtype.size }
}

/// The metadata of an image: blocks behind the pixels that are read from the end.
struct Metadata: Sendable, Equatable {
    /// The camera's clock at the start of the exposure.
    private(set) var ticks: UInt64?

    /// The numbers of the blocks.
    private enum Block { static let image: UInt32 = 0, timestamp: UInt32 = 1 }

    /// - Parameters:
    ///   - load: reads four bytes at an offset.
    ///   - loadLong: reads eight bytes at an offset.
    init(byteCount: Int, _ load: (Int) -> UInt32, _ loadLong: (Int) -> UInt64) {
        var end = byteCount
        // Each block ends with its number and its length, which counts the number but not itself.
        while end >= 8 {
            let length = Int(load(end - 4))
            let start = end - 4 - length
            guard length >= 4, start >= 0 else { return }
            switch load(end - 8) {
            case Block.image: return
            case Block.timestamp where length >= 12: ticks = loadLong(start)
            default: break
            }
            end = start
        }
    }

    init(_ buffer: FrameBuffer) {
        self.init(
            byteCount: buffer.byteCount,
            { UInt32(littleEndian: buffer.load(at: $0, as: UInt32.self)) },
            { UInt64(littleEndian: buffer.load(at: $0, as: UInt64.self)) }
        )
    }
}

/// The camera's clock, related to the computer's.
struct HardwareClock: Sendable {
    private let ticks: Int
    private let time: Double
    private let frequency: Double
    private let readAt = ContinuousClock.now

    /// Nil for a camera without a clock.
    init?(_ camera: AndorCamera) {
        guard
            (try? camera.has("TimestampClock")) == true,
            let frequency = try? camera.int("TimestampClockFrequency"), frequency > 0
        else { return nil }
        let before = Timestamp.now
        guard let ticks = try? camera.int("TimestampClock") else { return nil }
        self.ticks = ticks
        self.frequency = Double(frequency)
        // The reading takes time; the camera's answer is from the middle of it.
        time = (before + Timestamp.now) / 2
    }

    /// The clocks drift apart by some parts per million, about a millisecond in a minute.
    var isStale: Bool { ContinuousClock.now - readAt > .seconds(60) }

    /// The time at which the camera's clock had this value, in seconds since 1970.
    func time(at ticks: UInt64) -> Double {
        time + Double(Int64(bitPattern: ticks) &- Int64(self.ticks)) / frequency
    }
}
