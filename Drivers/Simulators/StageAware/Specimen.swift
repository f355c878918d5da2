/// What lies on a simulated stage: a large image with channels, of which a camera sees a part.
public struct Specimen: Sendable {
    public let width, height: Int
    let channels: Channels

    /// The rows of each channel from the top, each from the left, without gaps between them.
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

    /// A specimen of these channels, or nil if one of them has not as many pixels as the sides ask for.
    public init?(width: Int, height: Int, channels: [[UInt8]]) {
        self.init(width: width, height: height, .uint8(channels), pixelCounts: channels.map(\.count))
    }

    public init?(width: Int, height: Int, channels: [[UInt16]]) {
        self.init(width: width, height: height, .uint16(channels), pixelCounts: channels.map(\.count))
    }

    /// From planes that are of these sides.
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
