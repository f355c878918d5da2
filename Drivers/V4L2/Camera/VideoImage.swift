internal import CVideo4Linux
internal import Devices
internal import ImageFiles
internal import Pickle
internal import SDKCameras

/// The images of a camera with its present format, and the part of them that clients get.
struct VideoImage: Sendable {
    let format: VideoFormat
    /// The size of the whole image in pixels.
    let width, height: Int
    /// The distance between rows in bytes; 0 for compressed images.
    let row: Int
    let roi: ROI
    let channel: VideoChannel

    /// Nil if the numbers contradict each other.
    init?(_ format: VideoFormat, width: Int, height: Int, row: Int, roi: ROI?, _ channel: VideoChannel) {
        let sides = 1...1 << 15
        guard sides.contains(width), sides.contains(height), (0...1 << 20).contains(row) else { return nil }
        (self.format, self.width, self.height, self.row) = (format, width, height, row)
        self.channel = format.hasColours ? channel : .luma
        let whole = ROI(left: 0, top: 0, width: width, height: height)
        // One of an earlier, larger format is no longer possible.
        let fits =
            roi.map { roi in
                roi.left >= 0 && roi.top >= 0 && roi.width > 0 && roi.height > 0
                    && roi.width <= width - roi.left && roi.height <= height - roi.top
            } ?? false
        self.roi = fits ? roi ?? whole : whole
        guard row >= leastRow, !needsEvenSides || width % 2 == 0 && height % 2 == 0 else { return nil }
    }

    private var leastRow: Int {
        switch format.layout {
        case .plain, .swapped: width * format.dtype.size
        case .packed(let bits):
            switch bits {
            case 10: (width + 3) / 4 * 5
            default: (width + 1) / 2 * 3
            }
        case .interleaved: (width + 1) / 2 * 4
        case .halfPlanar, .planar: width
        case .jpeg: 0
        }
    }

    private var needsEvenSides: Bool {
        switch format.layout {
        case .halfPlanar, .planar: true
        default: false
        }
    }

    /// The least number of bytes in an image.
    private var leastBytes: Int {
        switch format.layout {
        case .halfPlanar, .planar: row * height * 3 / 2
        case .jpeg: 2
        default: row * (height - 1) + leastRow
        }
    }

    /// The size of the image that clients get.
    var size: (width: Int, height: Int) { (roi.width, roi.height * (channel == .rgb ? 3 : 1)) }

    func layout(of serialNumber: String) throws(DeviceError) -> ImageLayout {
        let row = size.width * format.dtype.size
        return try ImageLayout(
            width: size.width,
            height: size.height,
            PixelFormat(format.dtype),
            stride: row,
            byteCount: row * size.height,
            of: serialNumber
        )
    }

    /// Takes the part that clients get out of an image.
    ///
    /// - Parameter used: the bytes of the image.
    /// - Returns: the reason why the image is damaged; nil if it is whole.
    func convert(_ memory: VideoMemory, used: Int, to buffer: FrameBuffer) -> String? {
        let used = min(used, memory.byteCount)
        guard used >= leastBytes else { return "\(used) bytes came of \(leastBytes)" }
        guard buffer.byteCount >= size.width * size.height * format.dtype.size else { return "its buffer is too small" }
        guard format.layout != .jpeg else { return decode(memory, used, to: buffer) }
        guard let image = unsafe memory.bytes.baseAddress, let target = unsafe buffer.memory.baseAddress else {
            return "it has no memory"
        }
        var places = places
        var part = unsafe video_part(
            image: image.assumingMemoryBound(to: UInt8.self),
            row: row,
            image_height: UInt32(height),
            left: UInt32(roi.left),
            top: UInt32(roi.top),
            width: UInt32(roi.width),
            height: UInt32(roi.height)
        )
        switch (format.layout, channel) {
        case (.plain, _): unsafe video_copy(&part, UInt32(format.dtype.size), target)
        case (.swapped, _): unsafe video_copy_swapped(&part, target)
        case (.packed(let bits), _): unsafe video_unpack(&part, UInt32(bits), target)
        case (.interleaved(let y, _, _), .luma): unsafe video_pick(&part, UInt32(y), 2, target)
        case (.halfPlanar, .luma), (.planar, .luma), (.jpeg, _): unsafe video_copy(&part, 1, target)
        case (_, .rgb):
            for colour in 0..<3 {
                unsafe video_colour(&part, &places, Int32(colour), target + colour * roi.width * roi.height)
            }
        case (_, let one): unsafe video_colour(&part, &places, Int32(one.rawValue - 1), target)
        }
        return nil
    }

    /// The places of brightness and colours.
    private var places: video_yuv {
        let first = row * height
        return switch format.layout {
        case .interleaved(let y, let u, let v):
            video_yuv(
                u: u,
                v: v,
                colour_row: row,
                y_first: UInt32(y),
                y_step: 2,
                colour_step: 4,
                vertical: 0
            )
        case .planar(let swaps):
            video_yuv(
                u: swaps ? first + first / 4 : first,
                v: swaps ? first : first + first / 4,
                colour_row: row / 2,
                y_first: 0,
                y_step: 1,
                colour_step: 1,
                vertical: 1
            )
        case .halfPlanar(let swaps):
            video_yuv(
                u: swaps ? first + 1 : first,
                v: swaps ? first : first + 1,
                colour_row: row,
                y_first: 0,
                y_step: 1,
                colour_step: 2,
                vertical: 1
            )
        case .plain, .swapped, .packed, .jpeg:
            video_yuv(u: 0, v: 0, colour_row: row, y_first: 0, y_step: 1, colour_step: 0, vertical: 0)
        }
    }

    private func decode(_ memory: VideoMemory, _ used: Int, to buffer: FrameBuffer) -> String? {
        let decoder = JPEGDecoder(
            width: width,
            height: height,
            left: roi.left,
            top: roi.top,
            partWidth: roi.width,
            partHeight: roi.height,
            channel.inJPEG
        )
        do throws(ImageFileError) {
            let image = unsafe UnsafeRawBufferPointer(rebasing: memory.bytes[..<used])
            try unsafe decoder?.decode(image, to: buffer.memory)
            return nil
        } catch { return error.description }
    }
}

extension VideoChannel {
    fileprivate var inJPEG: JPEGDecoder.Channel {
        switch self {
        case .luma: .luma
        case .red: .red
        case .green: .green
        case .blue: .blue
        case .rgb: .planes
        }
    }
}
