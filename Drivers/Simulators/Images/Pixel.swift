internal import Pickle

/// A number that a pixel can be.
protocol Pixel: BitwiseCopyable, Codable, Hashable, SIMDScalar {
    static var dtype: DType { get }
    /// As bright as a pixel of this type can be.
    static var white: Self { get }
    /// The nearest number to a brightness, which goes from 0 to about 255 whatever the type.
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
