internal import Glibc
internal import Platform

/// The view of a simulated camera: brightness that rises from left to right again and again, each row a bit further on, and
/// the same colour everywhere.
enum SimulatedPicture {
    /// The brightness at a pixel, within the limited range of video; of a JPEG image, that of the first pixel of a block
    /// of 8 x 8.
    static func light(_ x: Int, _ y: Int) -> UInt8 { UInt8(16 + (x + 14 * y) % span) }

    private static let span = 128
    static let blue: UInt8 = 100, red: UInt8 = 160

    /// Draws an image, whose first pixel has the number of the image; returns the bytes that it takes.
    static func draw(_ mode: VideoMode, _ number: UInt32, into memory: SimulatedMemory) -> Int {
        let first = UInt8(16 + number % 128)
        switch "\(mode.format)" {
        case "MJPG":
            let image = SimulatedJPEG.image(mode.width, mode.height)
            let count = min(image.count, memory.byteCount)
            unsafe memory.bytes.copyBytes(from: image.prefix(count))
            return count
        case "YUYV":
            rows(mode, 2 * mode.width, pixelBytes: 2, into: memory) { x in [light(x, 0), x % 2 == 0 ? blue : red] }
        case "Y16":
            rows(mode, 2 * mode.width, pixelBytes: 2, into: memory) { x in [UInt8(x % 256), light(x, 0)] }
            unsafe memory.bytes[1] = first
        case "NV12":
            rows(mode, mode.width, pixelBytes: 1, into: memory) { [light($0, 0)] }
            for index in mode.width * mode.height..<mode.byteCount {
                unsafe memory.bytes[index] = index % 2 == 0 ? blue : red
            }
        default: rows(mode, mode.width, pixelBytes: 1, into: memory) { [light($0, 0)] }
        }
        if "\(mode.format)" != "Y16" { unsafe memory.bytes[0] = first }
        return mode.byteCount
    }

    /// Copies rows out of one long row, which begins for each a bit further on.
    private static func rows(
        _ mode: VideoMode,
        _ rowBytes: Int,
        pixelBytes: Int,
        into memory: SimulatedMemory,
        _ pixel: (Int) -> [UInt8]
    ) {
        // The pattern repeats, also that of numbers from 0 to 255.
        let repeated = (0..<256).flatMap(pixel)
        let turns = (rowBytes + 256 * pixelBytes) / repeated.count + 2
        let long = Array((0..<turns).map { _ in repeated }.joined())
        for y in 0..<mode.height {
            let start = 14 * y % 256 * pixelBytes
            unsafe UnsafeMutableRawBufferPointer(rebasing: memory.bytes[(y * rowBytes)...])
                .copyBytes(from: long[start..<start + rowBytes])
        }
    }
}

/// JPEG images as cameras send them: without the tables of codes, which each reader of such streams knows
/// (ITU-T T.81, annex K.3).
enum SimulatedJPEG {
    private static let images = Lock<[Int: [UInt8]]>([:])

    /// An image whose blocks of 8 x 8 pixels have the brightness of their first pixel.
    static func image(_ width: Int, _ height: Int) -> [UInt8] {
        let key = width << 16 | height
        if let image = images.withLock({ $0[key] }) { return image }
        let image = encoded(width, height)
        images.withLock { $0[key] = image }
        return image
    }

    private static func encoded(_ width: Int, _ height: Int) -> [UInt8] {
        var image: [UInt8] = [0xff, 0xd8, 0xff, 0xe0, 0, 16] + Array("AVI1".utf8)
        image += [UInt8](repeating: 0, count: 10)
        // Steps of 8, with which the mean of a block is a whole number.
        image += [0xff, 0xdb, 0, 67, 0] + [UInt8](repeating: 8, count: 64)
        image += [0xff, 0xc0, 0, 17, 8, UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)]
        // Two blocks of brightness for each of both colours.
        image += [3, 1, 0x21, 0, 2, 0x11, 0, 3, 0x11, 0]
        image += [0xff, 0xda, 0, 12, 3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]
        var bits = Bits()
        var last = [0, 0, 0]
        for y in stride(from: 0, to: height, by: 8) {
            for x in stride(from: 0, to: width, by: 16) {
                let values = [
                    (0, SimulatedPicture.light(x, y)), (0, SimulatedPicture.light(x + 8, y)),
                    (1, SimulatedPicture.blue), (2, SimulatedPicture.red),
                ]
                for (component, value) in values {
                    let mean = Int(value) - 128
                    bits.append(difference: mean - last[component], isColour: component > 0)
                    last[component] = mean
                }
            }
        }
        return image + bits.finished() + [0xff, 0xd9]
    }

    /// Codes of varying length, the most significant bit first.
    private struct Bits {
        private var bytes: [UInt8] = []
        private var rest = 0, count = 0

        private mutating func append(_ value: Int, _ length: Int) {
            for bit in (0..<length).reversed() {
                rest = rest << 1 | value >> bit & 1
                count += 1
                guard count == 8 else { continue }
                bytes.append(UInt8(rest))
                // A byte of ones is followed by one of zeros, so that it is not a marker.
                if rest == 255 { bytes.append(0) }
                (rest, count) = (0, 0)
            }
        }

        /// The difference to the mean of the block before, and the end of the block.
        mutating func append(difference: Int, isColour: Bool) {
            let size = Int.bitWidth - abs(difference).leadingZeroBitCount
            let (code, length) = isColour ? Self.colourSizes[size] : Self.lightSizes[size]
            append(code, length)
            append(difference < 0 ? difference + (1 << size) - 1 : difference, size)
            if isColour { append(0b00, 2) } else { append(0b1010, 4) }
        }

        private static let lightSizes = [
            (0b00, 2), (0b010, 3), (0b011, 3), (0b100, 3), (0b101, 3), (0b110, 3), (0b1110, 4), (0b11110, 5),
            (0b111110, 6), (0b1111110, 7),
        ]
        private static let colourSizes = [
            (0b00, 2), (0b01, 2), (0b10, 2), (0b110, 3), (0b1110, 4), (0b11110, 5), (0b111110, 6), (0b1111110, 7),
            (0b11111110, 8), (0b111111110, 9),
        ]

        /// All bytes, the last one filled up with ones.
        mutating func finished() -> [UInt8] {
            while count > 0 { append(1, 1) }
            return bytes
        }
    }
}
