internal import CImageFiles
internal import Glibc

/// An image read from a TIFF or a PNG file: one plane of pixels for each channel.
///
/// The pages of a TIFF file are channels. The samples of a pixel, such as red, green and blue, are channels in both
/// formats; transparency is left out. libtiff and libpng do the reading and are loaded when they are first needed.
public struct ImageChannels: Sendable {
    public let width, height: Int
    /// The rows of each channel from the top, each from the left, without gaps between them.
    public let planes: Planes

    public enum Planes: Sendable {
        case uint8([[UInt8]])
        case uint16([[UInt16]])
    }

    /// The default limit, which also bounds files that claim to be larger than they are.
    public static let mostBytes = 1 << 30

    /// Reads a file.
    ///
    /// Its first bytes show the format.
    ///
    /// Throws an error that names the file if it does not exist, is not such an image, or takes more bytes than `most`.
    public init(contentsOf path: String, atMost most: Int = mostBytes) throws(ImageFileError) {
        var image = unsafe image_planes()
        var problem = [CChar](repeating: 0, count: 512)
        let status = unsafe image_read(path, UInt64(clamping: most), &image, &problem, problem.count)
        guard status == 0, let pixels = unsafe image.pixels else { throw ImageFileError(problem, for: path) }
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
