/// The pixel formats of simulated cameras, by their codes.
public enum SimulatedPixelFormat: UInt32, Sendable, CaseIterable {
    case mono8 = 0x0108_0001
    case mono10 = 0x0110_0003
    case mono10p = 0x010a_0046
    case mono10Packed = 0x010c_0004
    case mono12 = 0x0110_0005
    case mono12p = 0x010c_0047
    case mono12Packed = 0x010c_0006
    case mono14 = 0x0110_0025
    case mono16 = 0x0110_0007
    case bayerRG8 = 0x0108_0009
    case bayerRG12 = 0x0110_0011
    case bayerRG12p = 0x010c_0059
    case rgb8 = 0x0218_0014
    case bgr8 = 0x0218_0015
    case uyvy = 0x0210_001f
    case yuyv = 0x0210_0032

    public var name: String {
        switch self {
        case .mono8: "Mono8"
        case .mono10: "Mono10"
        case .mono10p: "Mono10p"
        case .mono10Packed: "Mono10Packed"
        case .mono12: "Mono12"
        case .mono12p: "Mono12p"
        case .mono12Packed: "Mono12Packed"
        case .mono14: "Mono14"
        case .mono16: "Mono16"
        case .bayerRG8: "BayerRG8"
        case .bayerRG12: "BayerRG12"
        case .bayerRG12p: "BayerRG12p"
        case .rgb8: "RGB8"
        case .bgr8: "BGR8"
        case .uyvy: "YUV422_8_UYVY"
        case .yuyv: "YUV422_8"
        }
    }

    /// The number of bits of a pixel in memory.
    public var bits: Int { Int(rawValue >> 16 & 255) }

    /// The number of bits that mean something.
    var depth: Int {
        switch self {
        case .mono8, .bayerRG8, .rgb8, .bgr8, .uyvy, .yuyv: 8
        case .mono10, .mono10p, .mono10Packed: 10
        case .mono12, .mono12p, .mono12Packed, .bayerRG12, .bayerRG12p: 12
        case .mono14: 14
        case .mono16: 16
        }
    }
}

/// The image of simulated cameras: a pattern in which a pixel shows its place on the sensor.
public enum SimulatedImage {
    /// The light at a place of the sensor, before binning, of 10 bits.
    public static func light(_ column: Int, _ row: Int) -> Int { 100 + ((column + 13 * row) & 511) }

    /// What a pixel of a format shows of a light.
    public static func value(_ light: Int, _ format: SimulatedPixelFormat) -> Int {
        format.depth == 8 ? light >> 2 : light
    }

    /// The bytes of an image, in the order in which cameras send them.
    static func bytes(_ format: SimulatedPixelFormat, width: Int, height: Int, padding: Int, light: (Int, Int) -> Int)
        -> [UInt8]
    {
        var bytes: [UInt8] = []
        bytes.reserveCapacity((width * format.bits / 8 + padding + 1) * height)
        for row in 0..<height {
            let values = (0..<width).map { value(light($0, row), format) }
            append(values, format, to: &bytes)
            bytes += [UInt8](repeating: 0xee, count: padding)
        }
        return bytes
    }

    static func append(_ values: [Int], _ format: SimulatedPixelFormat, to bytes: inout [UInt8]) {
        func add(_ value: Int) { bytes.append(UInt8(truncatingIfNeeded: value)) }
        switch format {
        case .mono8, .bayerRG8: values.forEach(add)
        case .rgb8, .bgr8: for value in values { (0..<3).forEach { _ in add(value) } }
        case .uyvy:
            for value in values {
                add(128)
                add(value)
            }
        case .yuyv:
            for value in values {
                add(value)
                add(128)
            }
        case .mono10, .mono12, .mono14, .mono16, .bayerRG12:
            for value in values {
                add(value)
                add(value >> 8)
            }
        case .mono10Packed, .mono12Packed:
            let low = format.depth - 8
            for pair in stride(from: 0, to: values.count, by: 2) {
                let (first, second) = (values[pair], pair + 1 < values.count ? values[pair + 1] : 0)
                let mask = (1 << low) - 1
                add(first >> low)
                add((second & mask) << 4 | first & mask)
                add(second >> low)
            }
        case .mono10p, .mono12p, .bayerRG12p:
            var (rest, count) = (0, 0)
            for value in values {
                rest |= value << count
                count += format.depth
                while count >= 8 {
                    add(rest)
                    rest >>= 8
                    count -= 8
                }
            }
            if count > 0 { add(rest) }
        }
    }
}
