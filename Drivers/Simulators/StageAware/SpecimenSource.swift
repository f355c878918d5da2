internal import Devices
internal import ImageFiles

/// Where a specimen comes from, as an option of a driver: `image: /data/cells.tif`, or `image: { width: 3000, … }`.
public enum SpecimenSource: Sendable {
    /// A TIFF or a PNG file.
    case file(String)
    case madeUp(MadeUpImage)

    /// Cells, which are there without any file.
    // These sides and channels are few enough.
    public static let ownImage = SpecimenSource.madeUp(MadeUpImage(width: 1024, height: 1024, .cells(seed: 0))!)

    /// Reads the file, or makes the image up; throws a ``DeviceError`` that names the file if it cannot be read.
    public func specimen() throws -> Specimen {
        switch self {
        case .madeUp(let image): return image.specimen
        case .file(let path):
            do {
                return Specimen(try ImageChannels(contentsOf: path))
            } catch {
                throw DeviceError(.initialise, "the image cannot be read: \(error)")
            }
        }
    }
}

extension SpecimenSource: Decodable {
    public init(from decoder: any Decoder) throws {
        if let path = try? decoder.singleValueContainer().decode(String.self) {
            guard !path.isEmpty else { throw decoder.invalid("must be a file's path, or the sides of an image") }
            self = .file(path)
        } else {
            do { self = .madeUp(try MadeUpImage(from: decoder)) } catch DecodingError.keyNotFound {
                throw decoder.invalid("must be a file's path, or the width and height of an image to make up")
            }
        }
    }
}

extension Specimen {
    fileprivate init(_ image: ImageChannels) {
        let channels: Channels =
            switch image.planes {
            case .uint8(let planes): .uint8(planes)
            case .uint16(let planes): .uint16(planes)
            }
        self.init(reading: channels, width: image.width, height: image.height)
    }
}
