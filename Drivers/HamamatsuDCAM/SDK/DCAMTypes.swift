internal import SDKCameras

/// The number of a property.
struct DCAMID: Hashable, Sendable, ExpressibleByIntegerLiteral {
    let number: Int32

    init(_ number: Int32) { self.number = number }
    init(integerLiteral value: Int32) { number = value }

    /// Before the first one, where the SDK's list begins.
    static let none: Self = 0
    static let exposure: Self = 0x001F_0110
    static let triggerSource: Self = 0x0010_0110
    static let triggerActive: Self = 0x0010_0120
    static let triggerMode: Self = 0x0010_0210
    static let triggerPolarity: Self = 0x0010_0220
    static let binning: Self = 0x0040_1110
    static let left: Self = 0x0040_2110
    static let width: Self = 0x0040_2120
    static let top: Self = 0x0040_2130
    static let height: Self = 0x0040_2140
    static let areaMode: Self = 0x0040_2150
    static let readoutTime: Self = 0x0040_3010
    static let triggerInterval: Self = 0x0040_3050
    static let frameInterval: Self = 0x0040_3820
    static let imageWidth: Self = 0x0042_0210
    static let imageHeight: Self = 0x0042_0220
    static let rowBytes: Self = 0x0042_0230
    static let frameBytes: Self = 0x0042_0240
    static let pixelType: Self = 0x0042_0270
    static let frameBundle: Self = 0x0042_1010
    static let sensorWidth: Self = 0x0042_0830
    static let sensorHeight: Self = 0x0042_0840
    static let cooler: Self = 0x0020_0320
    static let timeStampProducer: Self = 0x0041_0A10
    static let frameStampProducer: Self = 0x0041_0A20
    static let systemAlive: Self = 0x00FF_0010
}

/// The texts about a camera.
enum DCAMText: Int32, Sendable {
    case bus = 0x0400_0101
    case serial = 0x0400_0102
    case model = 0x0400_0104
    case firmware = 0x0400_0105
    case libraryVersion = 0x0400_0108
}

/// The attributes of a property: its type, its access and its limits.
struct DCAMAttributes: Sendable {
    enum Kind: Sendable { case choice, int, float }

    let kind: Kind
    let isWritable, isReadable: Bool
    /// Whether it can be written while buffers are allocated, and while the camera captures.
    let isWritableWhenReady, isWritableWhenBusy: Bool
    /// Whether it changes by itself.
    let isVolatile: Bool
    let isArray: Bool
    /// The property that states the number of an array's elements, and the distance of their numbers.
    let elementCount: DCAMID
    let elementStep: Int32
    let lowest, highest, step: Double

    init(_ record: Record) {
        let bits = UInt32(bitPattern: record[int: 16])
        kind =
            switch bits & 15 {
            case 1: .choice
            case 2: .int
            default: .float
            }
        isWritable = bits & 0x2_0000 != 0
        isReadable = bits & 0x1_0000 != 0
        isWritableWhenReady = bits & 0x2000 != 0
        isWritableWhenBusy = bits & 0x1000 != 0
        isVolatile = bits & 0x8_0000 != 0
        isArray = UInt32(bitPattern: record[int: 28]) & 0x0800_0000 != 0
        (elementCount, elementStep) = (DCAMID(record[int: 76]), record[int: 84])
        (lowest, highest, step) = (record[double: 32], record[double: 40], record[double: 48])
    }
}

/// An image in the SDK's ring.
struct DCAMFrame: Sendable {
    let address: UInt
    let rowBytes, width, height: Int
    /// Seconds since 1970, by the clock of the time stamps' producer.
    let time: Double
    /// The number of the image, by the counter of the frame stamps' producer.
    let number: UInt32

    init(_ record: Record) {
        address = record[address: 16]
        rowBytes = Int(record[int: 24])
        (width, height) = (Int(record[int: 32]), Int(record[int: 36]))
        time = Double(UInt32(bitPattern: record[int: 48])) + Double(record[int: 52]) / 1e6
        number = UInt32(bitPattern: record[int: 56])
    }
}
