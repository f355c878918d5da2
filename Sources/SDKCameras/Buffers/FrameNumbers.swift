/// Counts the gaps between the numbers that a camera gives its images.
///
/// A gap is an image that the camera or its cable lost without an error.
public struct FrameNumbers: Sendable {
    private let modulus: UInt64
    /// The number of the first image, and of the one after the last number.
    private let first: UInt64
    private var expected: UInt64?

    /// - Parameter bits: the width of the camera's counter, after which it begins again at zero.
    public init(bits: Int = 64) { (modulus, first) = (bits >= 64 ? 0 : 1 << UInt64(max(1, bits)), 0) }

    /// - Parameters:
    ///   - first: the number with which the counter begins again.
    ///   - last: its highest number, above the first one.
    public init(first: UInt64, last: UInt64) { (modulus, self.first) = (max(first, last) - first + 1, first) }

    /// The number of images missing before the image with a number.
    ///
    /// A number below the expected one is that of a restarted counter, unless the counter has begun again at zero.
    public mutating func missing(before number: UInt64) -> Int {
        let number = modulus == 0 ? number : (number &- first) % modulus
        let next = number &+ 1
        defer { expected = modulus == 0 ? next : next % modulus }
        guard let expected else { return 0 }
        let gap = modulus == 0 ? number &- expected : (number &+ modulus &- expected) % modulus
        // More than half of the counter's range is a step back.
        let half = modulus == 0 ? 1 << 63 : modulus / 2
        return gap < half ? Int(gap) : 0
    }
}
