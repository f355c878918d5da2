public import Devices
internal import ImageFiles

/// A specimen on a simulated stage: a large image with channels, of which a camera sees a part.
public struct Specimen: Sendable {
    public let width, height: Int
    let channels: Channels

    /// The pixels of each channel, row by row from the top left, without padding.
    enum Channels: Sendable {
        case uint8([[UInt8]])
        case uint16([[UInt16]])
    }

    public var channelCount: Int {
        switch channels {
        case .uint8(let channels): channels.count
        case .uint16(let channels): channels.count
        }
    }

    /// A specimen of these channels, or nil if the pixels of a channel do not fit the sides.
    public init?(width: Int, height: Int, channels: [[UInt8]]) {
        self.init(width: width, height: height, .uint8(channels), pixelCounts: channels.map(\.count))
    }

    public init?(width: Int, height: Int, channels: [[UInt16]]) {
        self.init(width: width, height: height, .uint16(channels), pixelCounts: channels.map(\.count))
    }

    /// A specimen of planes that are known to have these sides.
    init(reading channels: Channels, width: Int, height: Int) {
        (self.width, self.height, self.channels) = (width, height, channels)
    }

    private init?(width: Int, height: Int, _ channels: Channels, pixelCounts: [Int]) {
        let (pixelCount, isTooLarge) = width.multipliedReportingOverflow(by: height)
        guard width > 0, height > 0, !isTooLarge, pixelCounts.allSatisfy({ $0 == pixelCount }) else { return nil }
        self.width = width
        self.height = height
        self.channels = channels
    }
}

/// The source of a specimen, as an option of a driver: `image: /data/cells.tif`, or `image: { width: 3000, … }`.
public enum SpecimenSource: Sendable {
    /// A TIFF or PNG file.
    case file(String)
    case synthetic(SyntheticImage)

    /// Cells, which need no file.
    // These sides and channels are within the limits.
    public static let ownImage = SpecimenSource.synthetic(SyntheticImage(width: 1024, height: 1024, .cells(seed: 0))!)

    /// Reads the file or generates the image; throws a ``DeviceError`` that names a file that cannot be read.
    public func specimen() throws -> Specimen {
        switch self {
        case .synthetic(let image): return image.specimen
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
            guard !path.isEmpty else {
                throw decoder.invalid("must be the path of a file, or the width and height of an image")
            }
            self = .file(try FilePath(path, mayBeNew: false, in: decoder).path)
        } else {
            do { self = .synthetic(try SyntheticImage(from: decoder)) } catch DecodingError.keyNotFound {
                throw decoder.invalid("must be the path of a file, or the width and height of an image to generate")
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

/// A generated specimen: uniformly grey, or with cells on it.
public struct SyntheticImage: Sendable {
    public let width, height: Int
    public let channels: Count
    private let content: Content

    public enum Content: Sendable {
        /// The same brightness everywhere.
        case grey(UInt8)
        /// Cells, identical for the same seed.
        case cells(seed: Int)
    }

    /// An image of these sides, or nil if they are too large.
    public init?(width: Count, height: Count, channels: Count = 3, _ content: Content) {
        let sides = [width, height, channels].map(\.value)
        guard sides.allSatisfy({ $0 <= Self.longest }), sides.reduce(1, *) <= Self.mostPixels else { return nil }
        self.width = width.value
        self.height = height.value
        self.channels = channels
        self.content = content
    }

    // A gigabyte, far below the limit of 64 bits.
    private static let mostPixels = 1 << 30
    private static let longest = 1 << 16

    var specimen: Specimen {
        let channels =
            switch content {
            case .grey(let level):
                [[UInt8]](repeating: .init(repeating: level, count: width * height), count: channels.value)
            case .cells(let seed):
                Cells(on: (width, height), seed: seed).channels(channels.value)
            }
        // The channels have been made with these sides.
        return Specimen(width: width, height: height, channels: channels)!
    }
}

extension SyntheticImage: Decodable {
    private enum CodingKeys: CodingKey {
        case width, height, channels, level, seed
    }

    public init(from decoder: any Decoder) throws {
        let options = try decoder.container(keyedBy: CodingKeys.self)
        let level = try options.decodeIfPresent(UInt8.self, forKey: .level)
        let seed = try options.decodeIfPresent(Int.self, forKey: .seed)
        let image = SyntheticImage(
            width: try options.decode(Count.self, forKey: .width),
            height: try options.decode(Count.self, forKey: .height),
            channels: try options.decodeIfPresent(Count.self, forKey: .channels) ?? 3,
            level.map { .grey($0) } ?? .cells(seed: seed ?? 0)
        )
        guard let image else { throw decoder.invalid("must have no more than \(Self.mostPixels) pixels in all") }
        self = image
    }
}
