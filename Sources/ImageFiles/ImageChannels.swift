internal import CImageFiles
internal import Glibc

/// An image that was read from a TIFF or a PNG file: one plane of pixels for each channel.
///
/// The pages of a TIFF file are channels, and so are the samples of a pixel, such as red, green and blue, in files of both
/// formats; transparency is left out. libtiff and libpng read them, and are loaded when they are first needed.
public struct ImageChannels: Sendable {
    public let width, height: Int
    /// The rows of each channel from the top, each from the left, without gaps between them.
    public let planes: Planes

    public enum Planes: Sendable {
        case uint8([[UInt8]])
        case uint16([[UInt16]])
    }

    /// More than any file with an image to look at, and a bound for one that says that it is larger than it is.
    public static let mostBytes = 1 << 30

    /// Reads a file, whose format shows in its first bytes.
    ///
    /// Throws an error that names the file if there is none, if it is no such image, or if it takes more bytes than `most`.
    public init(contentsOf path: String, atMost most: Int = mostBytes) throws(ImageFileError) {
        var image = unsafe image_planes()
        var problem = [CChar](repeating: 0, count: 512)
        let status = unsafe image_read(path, UInt64(clamping: most), &image, &problem, problem.count)
        guard status == 0, let pixels = unsafe image.pixels else { throw ImageFileError(problem, with: path) }
        defer { unsafe free(pixels) }
        (width, height) = unsafe (Int(image.width), Int(image.height))
        // `image_read` has bounded the product.
        let (count, channels) = (width * height, unsafe Int(image.channels))
        func split<Value: BitwiseCopyable>(_: Value.Type) -> [[Value]] {
            let all = unsafe pixels.bindMemory(to: Value.self, capacity: count * channels)
            return (0..<channels).map { channel in
                unsafe Array(UnsafeBufferPointer(start: all + channel * count, count: count))
            }
        }
        planes = unsafe image.bits == 8 ? .uint8(split(UInt8.self)) : .uint16(split(UInt16.self))
    }
}
