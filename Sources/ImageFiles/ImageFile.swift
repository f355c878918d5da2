internal import CImageFiles
public import Pickle
internal import Platform

/// A picture in memory, to be written to a TIFF or a PNG file.
///
/// Every pixel keeps its value and its type.
public struct ImageFile {
    /// The two formats, by the extension of a file's name.
    public enum Format: Sendable {
        /// Integers and floating-point numbers, without compression.
        case tiff
        /// Integers of 8 and 16 bits, compressed without loss.
        case png

        /// The format of a file with this name; nil for other names.
        public init?(name: String) {
            switch name.split(separator: ".").last?.lowercased() {
            case "tif", "tiff": self = .tiff
            case "png": self = .png
            default: return nil
            }
        }
    }

    private let pixels: Bytes
    private let width, height: UInt32
    private let dtype: DType
    /// Stored in the file as `DocumentName` or `Title`.
    public var title = ""
    /// Stored in the file as `ImageDescription` or `Description`.
    public var description = ""
    /// The time of the exposure, in seconds since 1970; stored in the file as local time.
    public var time = 0.0

    /// An image of the shape (height, width).
    public init(_ array: NDArray) throws(ImageFileError) {
        guard array.shape.count == 2, let height = UInt32(exactly: array.shape[0]),
            let width = UInt32(exactly: array.shape[1]), width > 0, height > 0
        else {
            throw ImageFileError(
                "not an image: an array of shape (\(array.shape.map(String.init).joined(separator: ", ")))"
            )
        }
        guard array.dtype.kind != .complex, array.dtype != DType(kind: .float, size: 2) else {
            throw ImageFileError("image files cannot hold pixels of type \(array.dtype.scalarName)")
        }
        dtype = array.dtype
        (self.width, self.height) = (width, height)
        pixels = array.isFortranOrder ? array.byRows : array.data
    }

    /// Writes a file, and replaces an existing one only once the new one is complete.
    public func write(to path: String, as format: Format) throws(ImageFileError) {
        let file: ReplacingFile
        do { file = try ReplacingFile(path) } catch { throw ImageFileError("\(path): \(SystemError.text(error.code))") }
        let write = unsafe format == .tiff ? image_write_tiff : image_write_png
        var problem = [CChar](repeating: 0, count: 512)
        let written = file.path
        let status = unsafe pixels.withUnsafeBytes { pixels in
            unsafe title.withCString { title in
                unsafe description.withCString { description in
                    unsafe "device-server".withCString { software in
                        var image = unsafe image(pixels, title, description, software)
                        return unsafe write(written, &image, &problem, problem.count)
                    }
                }
            }
        }
        guard status == 0 else { throw ImageFileError(problem, of: written, for: path) }
        do { try file.commit() } catch { throw ImageFileError("\(path): \(SystemError.text(error.code))") }
    }

    private func image(
        _ pixels: UnsafeRawBufferPointer,
        _ title: UnsafePointer<CChar>,
        _ description: UnsafePointer<CChar>,
        _ software: UnsafePointer<CChar>
    ) -> CImageFiles.image {
        let number =
            switch dtype.kind {
            case .bool, .unsigned: image_unsigned
            case .signed: image_signed
            case .float, .complex: image_float
            }
        // A time outside of any calendar is left out; any other fits.
        let time = time.isFinite && abs(time) < 1e11 ? time : 0
        return unsafe CImageFiles.image(
            pixels: pixels.baseAddress,
            width: width,
            height: height,
            bits: UInt16(dtype.size * 8),
            number: number,
            title: title,
            description: description,
            software: software,
            time: time
        )
    }
}

extension NDArray {
    /// The bytes of a transposed two-dimensional array, in the order of its rows.
    fileprivate var byRows: Bytes {
        let (source, size, height) = (data.array, dtype.size, shape[0])
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.count)
        for y in 0..<height {
            for x in 0..<shape[1] {
                let start = (x * height + y) * size
                bytes += source[start..<start + size]
            }
        }
        return Bytes(bytes)
    }
}

/// The reason why an image could not be written or read.
public struct ImageFileError: Error, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }

    /// Takes the text that the C functions wrote, which ends with a zero.
    ///
    /// - Parameters:
    ///   - written: the file that they worked on, if it is not the one to name.
    init(_ problem: [CChar], of written: String? = nil, for path: String) {
        let text = String(decoding: problem.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
        // libtiff itself names the file if it could not be opened.
        let prefix = "\(written ?? path): "
        self.init("\(path): \(text.hasPrefix(prefix) ? text.dropFirst(prefix.count) : text[...])")
    }
}
