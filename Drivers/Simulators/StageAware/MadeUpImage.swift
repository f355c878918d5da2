public import Devices

/// A specimen to be made up: of one grey, or with cells on it.
public struct MadeUpImage: Sendable {
    public let width, height: Int
    public let channels: Count
    private let content: Content

    public enum Content: Sendable {
        /// The same brightness everywhere.
        case grey(UInt8)
        /// Cells, which are the same ones for the same seed.
        case cells(seed: Int)
    }

    /// An image of that many pixels, or nil if they are too many.
    public init?(width: Count, height: Count, channels: Count = 3, _ content: Content) {
        let sides = [width, height, channels].map(\.value)
        guard sides.allSatisfy({ $0 <= Self.longest }), sides.reduce(1, *) <= Self.mostPixels else { return nil }
        self.width = width.value
        self.height = height.value
        self.channels = channels
        self.content = content
    }

    // A gigabyte, which a sum of 64 bits is far from.
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
        // The channels were made with these sides.
        return Specimen(width: width, height: height, channels: channels)!
    }
}

extension MadeUpImage: Decodable {
    private enum CodingKeys: CodingKey {
        case width, height, channels, level, seed
    }

    public init(from decoder: any Decoder) throws {
        let options = try decoder.container(keyedBy: CodingKeys.self)
        let level = try options.decodeIfPresent(UInt8.self, forKey: .level)
        let seed = try options.decodeIfPresent(Int.self, forKey: .seed)
        let image = MadeUpImage(
            width: try options.decode(Count.self, forKey: .width),
            height: try options.decode(Count.self, forKey: .height),
            channels: try options.decodeIfPresent(Count.self, forKey: .channels) ?? 3,
            level.map { .grey($0) } ?? .cells(seed: seed ?? 0)
        )
        guard let image else { throw decoder.invalid("must be of no more than \(Self.mostPixels) pixels in all") }
        self = image
    }
}
