/// Weights of four neighbours for a place between the second and the third, for cubic convolution (Keys, IEEE Transactions
/// on Acoustics, Speech and Signal Processing 29, 1153–1160, 1981; with a = -1/2).
enum CubicKernel {
    /// - Parameter fraction: of the way from the second to the third.
    static func weights(_ fraction: Float) -> SIMD4<Float> {
        let t = fraction
        return SIMD4(
            ((-0.5 * t + 1) * t - 0.5) * t,
            (1.5 * t - 2.5) * t * t + 1,
            ((-1.5 * t + 2) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t
        )
    }
}
