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

/// How the SDK writes pixels.
enum PixelEncoding: String, Sendable, CaseIterable {
    case mono8 = "Mono8"
    case mono12 = "Mono12"
    case mono12Packed = "Mono12Packed"
    case mono16 = "Mono16"
    case mono32 = "Mono32"

    /// What clients get.
    var dtype: DType {
        switch self {
        case .mono8: .uint8
        case .mono12, .mono12Packed, .mono16: .uint16
        case .mono32: .uint32
        }
    }

    /// The bytes of a row, without what is behind it.
    func rowBytes(_ width: Int) -> Int { self == .mono12Packed ? (width * 3 + 1) / 2 : width * dtype.size }
}

/// What the camera says about an image, in blocks behind it that are read from the end.
struct Metadata: Sendable, Equatable {
    /// The clock of the camera when the exposure began.
    private(set) var ticks: UInt64?

    /// The numbers of the blocks.
    private enum Block { static let image: UInt32 = 0, timestamp: UInt32 = 1 }

    /// - Parameters:
    ///   - load: the four bytes at a place.
    ///   - loadLong: the eight bytes at a place.
    init(byteCount: Int, _ load: (Int) -> UInt32, _ loadLong: (Int) -> UInt64) {
        var end = byteCount
        // Each ends with its number and its length, which counts the number but not itself.
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

/// The camera's clock, compared with the time of day.
struct HardwareClock: Sendable {
    private let ticks: Int
    private let time: Double
    private let frequency: Double
    private let readAt = ContinuousClock.now

    /// Nil for a camera that has none.
    init?(_ camera: AndorCamera) {
        guard
            (try? camera.has("TimestampClock")) == true,
            let frequency = try? camera.int("TimestampClockFrequency"), frequency > 0
        else { return nil }
        let before = Timestamp.now
        guard let ticks = try? camera.int("TimestampClock") else { return nil }
        self.ticks = ticks
        self.frequency = Double(frequency)
        // The reading itself takes time; the camera's answer is from the middle of it.
        time = (before + Timestamp.now) / 2
    }

    /// The clocks drift apart by some millionths, which is a millisecond in about a minute.
    var isStale: Bool { ContinuousClock.now - readAt > .seconds(60) }

    /// The time of day when the camera's clock stood like this, in seconds since 1970.
    func time(at ticks: UInt64) -> Double {
        time + Double(Int64(bitPattern: ticks) &- Int64(self.ticks)) / frequency
    }
}
