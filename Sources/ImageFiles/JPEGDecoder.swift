internal import CImageFiles
internal import Glibc

/// A decoder of the JPEG images that cameras send, with libjpeg-turbo, which is loaded when it is first needed.
public struct JPEGDecoder: Sendable {
    /// What is taken of an image.
    public enum Channel: Sendable, CaseIterable {
        case luma, red, green, blue
        /// Red, then green, then blue, each a plane of its own.
        case planes
    }

    /// The size of the images.
    public let width, height: Int
    /// The part that is taken, in pixels.
    public let left, top, partWidth, partHeight: Int
    public let channel: Channel

    /// Nil if the part is empty or not within the image, or if a side is longer than a JPEG image can be.
    public init?(
        width: Int,
        height: Int,
        left: Int,
        top: Int,
        partWidth: Int,
        partHeight: Int,
        _ channel: Channel
    ) {
        let sides = 1...65_500
        guard sides.contains(width), sides.contains(height), sides.contains(partWidth), sides.contains(partHeight),
            (0...width - partWidth).contains(left), (0...height - partHeight).contains(top)
        else { return nil }
        (self.width, self.height, self.channel) = (width, height, channel)
        (self.left, self.top, self.partWidth, self.partHeight) = (left, top, partWidth, partHeight)
    }

    /// The size of the decoded part, a byte for each pixel and plane.
    public var byteCount: Int { partWidth * partHeight * (channel == .planes ? 3 : 1) }

    /// Decodes an image into memory of at least ``byteCount`` bytes.
    ///
    /// Throws if the image is damaged, was cut, or has another size, or if the library is missing.
    public func decode(
        _ image: UnsafeRawBufferPointer,
        to target: UnsafeMutableRawBufferPointer
    ) throws(ImageFileError) {
        guard target.count >= byteCount, let start = image.baseAddress else {
            throw ImageFileError("there is no image")
        }
        var part = jpeg_part(
            left: UInt32(left),
            top: UInt32(top),
            width: UInt32(partWidth),
            height: UInt32(partHeight),
            channel: code
        )
        var problem = [CChar](repeating: 0, count: 512)
        let status = unsafe image_decode_jpeg(
            start,
            image.count,
            UInt32(width),
            UInt32(height),
            &part,
            target.baseAddress,
            &problem,
            problem.count
        )
        guard status == 0 else { throw Self.error(problem) }
    }

    /// Loads the library, which throws an error that names the package if it is missing.
    public static func load() throws(ImageFileError) {
        var problem = [CChar](repeating: 0, count: 512)
        guard unsafe image_load_jpeg(&problem, problem.count) == 0 else { throw error(problem) }
    }

    private static func error(_ problem: [CChar]) -> ImageFileError {
        let text = problem.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }
        return ImageFileError(String(decoding: text, as: UTF8.self))
    }

    private var code: jpeg_channel {
        switch channel {
        case .luma: jpeg_luma
        case .red: jpeg_red
        case .green: jpeg_green
        case .blue: jpeg_blue
        case .planes: jpeg_planes
        }
    }
}
