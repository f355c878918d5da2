internal import Glibc

/// A gaussian blur, the same along rows and columns.
enum Blur {
    /// Beyond it nothing is left to be seen, and calculating would take longer and longer.
    private static let widest = 25.0

    /// The weights from one side to the other, whose sum is 1.
    static func kernel(_ sigma: Double) -> [Float] {
        guard sigma > 0 else { return [1] }
        let sigma = min(sigma, widest)
        let reach = Int((4 * sigma).rounded(.up))
        let weights = (-reach...reach).map { exp(-pow(Double($0) / sigma, 2) / 2) }
        let sum = weights.reduce(0, +)
        return weights.map { Float($0 / sum) }
    }
}
