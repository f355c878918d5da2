import Foundation

@testable import Composites

/// A random number generator with a seed.
struct Dice: RandomNumberGenerator {
    private var state: UInt64
    init(_ seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }

    /// Normally distributed, as the sum of twelve.
    mutating func normal() -> Double {
        (0..<12).reduce(-6.0) { sum, _ in sum + Double.random(in: 0..<1, using: &self) }
    }
}

/// A round spot of light.
struct Glow {
    var x, y, sigma, brightness: Double
}

/// The halves of an image behind a Clarity, of spots whose places are known to any fraction of a pixel.
struct Synthetic {
    var width = 256, height = 256
    /// The place in the reflected half, flipped back, of a place of the transmitted half.
    var truth: @Sendable (_ x: Double, _ y: Double) -> (x: Double, y: Double)
    var noise = 0.0

    /// Rotated, scaled and shifted about the centre, and distorted by a share of the squared distance from it.
    static func turned(
        _ width: Int,
        _ height: Int,
        degrees: Double,
        scale: Double,
        shift: (Double, Double),
        bend: Double = 0
    ) -> @Sendable (Double, Double) -> (x: Double, y: Double) {
        let (cosine, sine) = (scale * cos(degrees * .pi / 180), scale * sin(degrees * .pi / 180))
        let (cx, cy) = (Double(width - 1) / 2, Double(height - 1) / 2)
        return { x, y in
            let (dx, dy) = (x - cx, y - cy)
            let swell = 1 + bend * (dx * dx + dy * dy) / (cx * cx)
            return (
                cx + swell * (cosine * dx - sine * dy) + shift.0,
                cy + swell * (sine * dx + cosine * dy) + shift.1
            )
        }
    }

    /// Spots all over, and a little beyond.
    func spots(_ count: Int, sigma: ClosedRange<Double>, brightness: ClosedRange<Double>, seed: UInt64) -> [Glow] {
        var dice = Dice(seed)
        return (0..<count).map { _ in
            Glow(
                x: .random(in: -20...Double(width + 20), using: &dice),
                y: .random(in: -20...Double(height + 20), using: &dice),
                sigma: .random(in: sigma, using: &dice),
                brightness: .random(in: brightness, using: &dice)
            )
        }
    }

    func plane(_ spots: [Glow], mirrored: Bool, background: Double = 0, seed: UInt64 = 1) -> Plane {
        var pixels = [Double](repeating: background, count: width * height)
        for spot in spots {
            let place = mirrored ? truth(spot.x, spot.y) : (spot.x, spot.y)
            var spot = spot
            if mirrored {
                let beside = truth(spot.x + 1, spot.y)
                spot.sigma *= hypot(beside.x - place.0, beside.y - place.1)
            }
            let reach = spot.sigma * 4
            let rows = (Int(place.1 - reach)..<Int(place.1 + reach) + 1).clamped(to: 0..<height)
            let columns = (Int(place.0 - reach)..<Int(place.0 + reach) + 1).clamped(to: 0..<width)
            let across = columns.map { exp(-pow((Double($0) - place.0) / spot.sigma, 2) / 2) }
            let (first, count) = (columns.lowerBound, columns.count)
            unsafe pixels.withUnsafeMutableBufferPointer { pixels in
                unsafe across.withUnsafeBufferPointer { across in
                    for y in rows {
                        let down = spot.brightness * exp(-pow((Double(y) - place.1) / spot.sigma, 2) / 2)
                        var index = 0
                        while index < count {
                            unsafe pixels[y &* width &+ first &+ index] += down * across[index]
                            index &+= 1
                        }
                    }
                }
            }
        }
        if noise > 0 {
            var dice = Dice(seed)
            for index in pixels.indices { pixels[index] += noise * dice.normal() }
        }
        return Plane(width: width, height: height, pixels: pixels.map(Float.init))
    }

    /// The largest distance in pixels between a mapping and the truth over the middle of the half.
    func largestError(_ mapping: Mapping, margin: Int = 16) -> Double {
        var largest = 0.0
        for y in stride(from: margin, to: height - margin, by: 8) {
            for x in stride(from: margin, to: width - margin, by: 8) {
                let (found, real) = (mapping.place(Double(x), Double(y)), truth(Double(x), Double(y)))
                // Beyond the other half nothing can be found.
                guard (8...Double(width - 9)).contains(real.x), (8...Double(height - 9)).contains(real.y) else {
                    continue
                }
                largest = max(largest, hypot(found.x - real.x, found.y - real.y))
            }
        }
        return largest
    }
}
