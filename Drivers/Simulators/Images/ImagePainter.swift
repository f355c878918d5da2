internal import Devices
internal import Pickle
internal import Platform

/// The painter of the images of simulated cameras.
struct ImagePainter: Sendable {
    private let pool = FramePool()
    private var noise = Noise()

    /// - Parameter number: the number of the image since the start, from 0.
    mutating func paint(_ style: ImageStyle, _ size: (width: Int, height: Int), number: Int) -> Frame {
        switch style.pixelType {
        case .uint8: paint(UInt8.self, style, size, number)
        case .uint16: paint(UInt16.self, style, size, number)
        case .float: paint(Double.self, style, size, number)
        }
    }

    private mutating func paint<Value: Pixel>(
        _: Value.Type,
        _ style: ImageStyle,
        _ size: (width: Int, height: Int),
        _ number: Int
    ) -> Frame {
        let buffer = pool.buffer(byteCount: size.width * size.height * MemoryLayout<Value>.stride)
        unsafe buffer.write { memory in
            let canvas = unsafe Canvas<Value>(memory, width: size.width, height: size.height)
            paint(style.pattern, number, on: canvas)
            if style.showsNumber { canvas.write(number, in: style.pattern == .white ? .white : Value(level: 255)) }
        }
        // The buffer has been made for these sides.
        return Frame(width: size.width, height: size.height, Value.dtype, pixels: Bytes(buffer))!
    }

    private mutating func paint<Value: Pixel>(_ pattern: ImagePattern, _ number: Int, on canvas: Canvas<Value>) {
        let light = Light.random()
        switch pattern {
        case .noise:
            let (low, high) = (UInt16(light.dark), UInt16(light.bright))
            canvas.paint { Value.pixels(noise.levels(from: low, to: high)) }
        case .gradient: canvas.paintGradient(light)
        case .sawtooth: canvas.paintSawtooth(light, number)
        case .gaussian: canvas.paintSpot(light)
        case .black: canvas.fill(Value(level: 0))
        case .white: canvas.fill(.white)
        }
    }
}

/// The darkest and the brightest level of an image, from 0 to 255.
struct Light {
    let dark, bright: Int

    static func random() -> Light { Light(dark: .random(in: 0...31), bright: .random(in: 128...255)) }

    /// A level between the two, for a fraction from 0.
    func level(_ fraction: Double) -> Int { dark + Int(Double(bright) * fraction) }
}

/// The pattern and the pixel type of a simulated image.
struct ImageStyle: Sendable {
    var pattern = ImagePattern.noise
    var pixelType = PixelType.uint8
    /// Whether the number of the image is shown in its corner.
    var showsNumber = true
}

/// The setting `image pattern`.
enum ImagePattern: Int, SettingChoice {
    case noise, gradient, sawtooth
    case gaussian
    case black, white

    var label: String { self == .gaussian ? "one_gaussian" : "\(self)" }
}

/// The setting `image data type`.
enum PixelType: Int, SettingChoice {
    case uint8, uint16, float
}

/// The subject of a camera with nothing in front of it: the pattern that it is set to.
final class Patterns: Subject {
    private let painter = Lock(ImagePainter())

    func image(_ settings: SensorSettings, number: Int) -> Frame {
        painter.withLock { painter in
            painter.paint(settings.style, settings.roi.imageSize(settings.binning), number: number)
        }
    }
}

/// A fast random number generator: four generators side by side (xorshift, 64 bits, Marsaglia 2003).
struct Noise: Sendable {
    private var state = SIMD4<UInt64>.random(in: 1 ... .max)

    /// Sixteen levels from the lowest up to, but not including, another one at most 255 higher.
    mutating func levels(from low: UInt16, to high: UInt16) -> SIMD16<UInt16> {
        state ^= state &<< 13
        state ^= state &>> 7
        state ^= state &<< 17
        let bytes = unsafe unsafeBitCast(state, to: SIMD16<UInt16>.self) &>> 8
        return (bytes &* (high - low)) &>> 8 &+ low
    }
}
