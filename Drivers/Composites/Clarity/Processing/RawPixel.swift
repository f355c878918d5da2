/// A number that a pixel of a camera's can be.
protocol RawPixel: FixedWidthInteger, UnsignedInteger, BitwiseCopyable {
    /// The sum of sixteen pixels, four by four, by their weights.
    ///
    /// - Parameters:
    ///   - first: the first of them, with the others behind it in memory.
    ///   - stride: from one row of the frame to the next.
    static func weighted(
        _ first: UnsafePointer<Self>,
        _ stride: Int,
        _ across: SIMD4<Float>,
        _ down: SIMD4<Float>
    ) -> Float
}

// The same for both, but for the types: written out, so that each is made of the processor's own instructions.
extension UInt8: RawPixel {
    static func weighted(
        _ first: UnsafePointer<UInt8>,
        _ stride: Int,
        _ across: SIMD4<Float>,
        _ down: SIMD4<Float>
    ) -> Float {
        var sum = SIMD4<Float>()
        for row in 0..<4 {
            let four = unsafe UnsafeRawPointer(first + row &* stride).loadUnaligned(as: SIMD4<UInt8>.self)
            sum += SIMD4<Float>(four) * down[row]
        }
        return (sum * across).sum()
    }
}

extension UInt16: RawPixel {
    static func weighted(
        _ first: UnsafePointer<UInt16>,
        _ stride: Int,
        _ across: SIMD4<Float>,
        _ down: SIMD4<Float>
    ) -> Float {
        var sum = SIMD4<Float>()
        for row in 0..<4 {
            let four = unsafe UnsafeRawPointer(first + row &* stride).loadUnaligned(as: SIMD4<UInt16>.self)
            sum += SIMD4<Float>(four) * down[row]
        }
        return (sum * across).sum()
    }
}
