internal import Devices
internal import Pickle
internal import SDKCameras

/// The pixel formats that the driver reads, by the codes of the standard.
struct CameraFormat: Sendable, Equatable {
    let code: Int
    /// What clients get, and how the bytes become that.
    let pixels: PixelFormat

    /// nil for a format that cannot be read.
    init?(code: Int) {
        guard let pixels = Self.table[code] else { return nil }
        (self.code, self.pixels) = (code, pixels)
    }

    /// Formats from the best to the poorest, for a camera whose format cannot be read.
    static let preferred = [0x0110_0007, 0x0110_0005, 0x010c_0047, 0x010c_0006, 0x0110_0003, 0x0108_0001]

    /// The number of pixels that fill whole bytes.
    var pixelStep: Int {
        switch code >> 16 & 255 {
        case 10: 4
        case 12: 2
        default: code == 0x0210_001f || code == 0x0210_0032 ? 2 : 1
        }
    }

    private static let table: [Int: PixelFormat] = {
        var table: [Int: PixelFormat] = [:]
        // Mono8 and the raw mosaics of 8 bits.
        for code in [0x0108_0001, 0x0108_0008, 0x0108_0009, 0x0108_000a, 0x0108_000b] {
            table[code] = PixelFormat(.uint8)
        }
        // Mono10, 12, 14, 16, and the mosaics of 10, 12 and 16 bits: right-aligned in 16.
        let words =
            [0x0110_0003, 0x0110_0005, 0x0110_0025, 0x0110_0007] + (0x0110_000c...0x0110_0013)
            + (0x0110_002e...0x0110_0031)
        for code in words { table[code] = PixelFormat(.uint16) }
        for code in [0x010c_0047, 0x010c_0053, 0x010c_0055, 0x010c_0057, 0x010c_0059] {
            table[code] = PixelFormat(packed: .lowestFirst)
        }
        for code in [0x010c_0006] + (0x010c_002a...0x010c_002d) { table[code] = PixelFormat(packed: .middleByte) }
        for code in [0x010a_0046, 0x010a_0052, 0x010a_0054, 0x010a_0056, 0x010a_0058] {
            table[code] = PixelFormat(packed: .tenLowestFirst)
        }
        table[0x010c_0004] = PixelFormat(packed: .tenMiddleByte)
        table[0x0218_0014] = PixelFormat(luminanceOf: .rgb)
        table[0x0218_0015] = PixelFormat(luminanceOf: .bgr)
        table[0x0210_001f] = PixelFormat(luminanceOf: .uyvy)
        table[0x0210_0032] = PixelFormat(luminanceOf: .yuyv)
        return table
    }()
}
