internal import Devices
internal import Glibc
internal import Pickle

/// The pixels of an image while it is painted.
@safe struct Canvas<Value: Pixel> {
    let width, height: Int
    private let pixels: UnsafeMutableBufferPointer<Value>

    /// - Parameter memory: large enough for the sides, and valid for as long as the canvas is used.
    @unsafe init(_ memory: UnsafeMutableRawBufferPointer, width: Int, height: Int) {
        self.width = width
        self.height = height
        unsafe pixels = memory.bindMemory(to: Value.self)
    }

    /// Paints one pixel; a position outside of the image has no effect.
    func set(_ x: Int, _ y: Int, _ value: Value) {
        guard (0..<width).contains(x), (0..<height).contains(y) else { return }
        unsafe pixels[y * width + x] = value
    }

    func fill(_ value: Value) { unsafe pixels.update(repeating: value) }

    /// Paints a row from an array, starting at one of its elements.
    func copy(_ values: [Value], from start: Int, toRow y: Int) {
        let stretch = values[start..<start + width]
        _ = unsafe pixels[y * width..<(y + 1) * width].update(fromContentsOf: stretch)
    }

    /// Paints a row pixel by pixel.
    func paint(row y: Int, _ value: (Int) -> Value) {
        let start = y * width
        for x in 0..<width { unsafe pixels[start + x] = value(x) }
    }

    /// Paints all pixels, sixteen at a time.
    func paint(_ next: () -> SIMD16<Value>) {
        let bytes = unsafe UnsafeMutableRawBufferPointer(pixels)
        let step = MemoryLayout<Value>.stride * 16
        let end = bytes.count - bytes.count % step
        for offset in stride(from: 0, to: end, by: step) {
            unsafe bytes.storeBytes(of: next(), toByteOffset: offset, as: SIMD16<Value>.self)
        }
        let last = next()
        let done = end / MemoryLayout<Value>.stride
        for lane in 0..<width * height - done { unsafe pixels[done + lane] = last[lane] }
    }
}

extension Canvas {
    private var longerSide: Double { Double(max(width, height)) }

    /// A gradient from the top left corner to the bottom right one.
    func paintGradient(_ light: Light) {
        let last = Double(max(1, width + height - 2))
        let ramp = (0..<width + height - 1).map { Value(level: light.level(Double($0) / last)) }
        for y in 0..<height { copy(ramp, from: y, toRow: y) }
    }

    /// Ten ramps, whose direction turns by a hundredth of a full turn from image to image.
    func paintSawtooth(_ light: Light, _ number: Int) {
        let ramp = (0..<256).map { Value(level: light.level(Double($0) / 256)) }
        let angle = Double(number % 100) / 100 * 2 * Double.pi
        // One ramp spans 32 bits, so that an overflow starts the next one.
        let scale = 4_294_967_296 / max(1, longerSide / 10)
        let right = UInt32(truncatingIfNeeded: Int(cos(angle) * scale))
        let down = UInt32(truncatingIfNeeded: Int(sin(angle) * scale))
        for y in 0..<height {
            let start = UInt32(truncatingIfNeeded: y) &* down
            paint(row: y) { x in ramp[Int((start &+ UInt32(truncatingIfNeeded: x) &* right) >> 24)] }
        }
    }

    /// A bright spot at a random place.
    func paintSpot(_ light: Light) {
        fill(Value(level: light.dark))
        let width = longerSide / 100
        let (centreX, centreY) = (Int.random(in: 0..<self.width), Int.random(in: 0..<height))
        // Farther out it is as dark as the background.
        let reach = Int((4 * width).rounded(.up))
        func profile(_ distance: Int) -> Double { exp(-pow(Double(distance) / width, 2) / 2) }
        for y in -reach...reach {
            for x in -reach...reach {
                set(centreX + x, centreY + y, Value(level: light.level(profile(x) * profile(y))))
            }
        }
    }
}

extension Canvas {
    /// Writes a number into the top left corner, on black.
    func write(_ number: Int, in ink: Value) {
        let digits = "\(number)".compactMap(\.wholeNumberValue)
        for y in 0..<DigitFont.height + 2 {
            for x in 0..<digits.count * (DigitFont.width + 1) + 1 { set(x, y, Value(level: 0)) }
        }
        for (index, digit) in digits.enumerated() {
            for (x, y) in DigitFont.dots(of: digit) { set(index * (DigitFont.width + 1) + 1 + x, y + 1, ink) }
        }
    }
}

/// Digits of five by seven dots.
enum DigitFont {
    static let width = 5
    static let height = 7

    /// The dots that are set, from the top left corner of the digit.
    static func dots(of digit: Int) -> [(x: Int, y: Int)] {
        digits[digit].enumerated().flatMap { y, row in
            row.enumerated().compactMap { x, dot in dot == "#" ? (x, y) : nil }
        }
    }

    private static let digits = [
        [" ### ", "#   #", "#  ##", "# # #", "##  #", "#   #", " ### "],
        ["  #  ", " ##  ", "# #  ", "  #  ", "  #  ", "  #  ", "#####"],
        [" ### ", "#   #", "    #", "  ## ", " #   ", "#    ", "#####"],
        [" ### ", "#   #", "    #", "  ## ", "    #", "#   #", " ### "],
        ["   # ", "  ## ", " # # ", "#  # ", "#####", "   # ", "   # "],
        ["#####", "#    ", "#### ", "    #", "    #", "#   #", " ### "],
        ["  ## ", " #   ", "#    ", "#### ", "#   #", "#   #", " ### "],
        ["#####", "    #", "   # ", "  #  ", "  #  ", " #   ", " #   "],
        [" ### ", "#   #", "#   #", " ### ", "#   #", "#   #", " ### "],
        [" ### ", "#   #", "#   #", " ####", "    #", "   # ", " ##  "],
    ]
}

/// A type of pixel.
protocol Pixel: BitwiseCopyable, Codable, Hashable, SIMDScalar {
    static var dtype: DType { get }
    /// The brightest pixel of this type.
    static var white: Self { get }
    /// The pixel for a brightness, which ranges from 0 to about 255 for all types.
    init(level: Int)
    /// Sixteen brightnesses from 0 to 255 as pixels.
    static func pixels(_ levels: SIMD16<UInt16>) -> SIMD16<Self>
}

extension UInt8: Pixel {
    static let dtype = DType.uint8
    static var white: UInt8 { .max }
    init(level: Int) { self.init(clamping: level) }
    static func pixels(_ levels: SIMD16<UInt16>) -> SIMD16<UInt8> { SIMD16(truncatingIfNeeded: levels) }
}

extension UInt16: Pixel {
    static let dtype = DType.uint16
    static var white: UInt16 { .max }
    init(level: Int) { self.init(clamping: level) }
    static func pixels(_ levels: SIMD16<UInt16>) -> SIMD16<UInt16> { levels }
}

extension Double: Pixel {
    static let dtype = DType.float64
    static var white: Double { 1 }
    init(level: Int) { self.init(level) }
    static func pixels(_ levels: SIMD16<UInt16>) -> SIMD16<Double> { SIMD16(levels) }
}
