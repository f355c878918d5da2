internal import Glibc

/// Synthetic cells, and their appearance in the channels of a specimen: nuclei, bodies, dots, then nuclei again.
struct Cells {
    private let width, height: Int
    private let seed: Int
    private let bodies: [Spot]

    init(on size: (width: Int, height: Int), seed: Int) {
        (width, height) = size
        self.seed = seed
        var random = SeededRandom(seed)
        bodies = (0..<max(1, width * height / 10_000)).map { _ in
            let length = Double.random(in: 25...45, using: &random)
            return Spot(
                x: .random(in: 0..<Double(size.width), using: &random),
                y: .random(in: 0..<Double(size.height), using: &random),
                length: length,
                breadth: length * .random(in: 0.6...1, using: &random),
                angle: .random(in: 0..<Double.pi, using: &random),
                brightness: .random(in: 40...90, using: &random)
            )
        }
    }

    func channels(_ count: Int) -> [[UInt8]] {
        (0..<count).map { channel in
            var random = SeededRandom(seed &+ channel &+ 1)
            var pixels = [UInt8](repeating: 8, count: width * height)
            for body in bodies {
                for spot in Self.parts(of: body, channel, &random) { spot.paint(on: &pixels, width, height) }
            }
            return pixels
        }
    }

    /// The parts of a cell that a channel shows.
    private static func parts(of body: Spot, _ channel: Int, _ random: inout SeededRandom) -> [Spot] {
        // Cells take up the stain differently.
        let stain = Double.random(in: 0.5...1.5, using: &random)
        switch channel % 3 {
        case 0: return [body.part(at: (0.1, 0.1), size: 0.4, brightness: 2 * stain)]
        case 1: return [body.part(at: (0, 0), size: 1, brightness: stain)]
        default:
            return (0..<12).map { _ in
                let along = Double.random(in: -0.5...0.5, using: &random)
                let across = Double.random(in: -0.5...0.5, using: &random)
                return body.part(at: (along, across), size: 0.1, brightness: 2 * stain)
            }
        }
    }
}

/// An ellipse that is brightest in the middle and fades to its edge.
struct Spot {
    let x, y: Double
    /// From the middle to the edge, along the longer and the shorter axis.
    let length, breadth: Double
    let angle: Double
    let brightness: Double

    /// A spot of the same shape, with everything relative to this one.
    ///
    /// - Parameter place: relative to the middle.
    func part(at place: (along: Double, across: Double), size: Double, brightness: Double) -> Spot {
        let (along, across) = (place.along * length, place.across * breadth)
        return Spot(
            x: x + along * cos(angle) - across * sin(angle),
            y: y + along * sin(angle) + across * cos(angle),
            length: size * length,
            breadth: size * breadth,
            angle: angle,
            brightness: brightness * self.brightness
        )
    }

    /// Adds the spot's brightness to an image.
    func paint(on pixels: inout [UInt8], _ width: Int, _ height: Int) {
        let (cosine, sine) = (cos(angle), sin(angle))
        for row in Self.range(y, length, height) {
            for column in Self.range(x, length, width) {
                let (dx, dy) = (Double(column) - x, Double(row) - y)
                let along = (dx * cosine + dy * sine) / length
                let across = (dy * cosine - dx * sine) / breadth
                let share = 1 - along * along - across * across
                guard share > 0 else { continue }
                let pixel = Int(pixels[row * width + column]) + Int(brightness * share * share)
                pixels[row * width + column] = UInt8(clamping: pixel)
            }
        }
    }

    private static func range(_ middle: Double, _ reach: Double, _ side: Int) -> Range<Int> {
        (Int(middle - reach)..<Int(middle + reach) + 1).clamped(to: 0..<side)
    }
}

/// A random number generator with a seed (SplitMix64; Steele, Lea and Flood 2014).
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(_ seed: Int) { state = UInt64(bitPattern: Int64(seed)) }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var bits = state
        bits = (bits ^ bits >> 30) &* 0xBF58_476D_1CE4_E5B9
        bits = (bits ^ bits >> 27) &* 0x94D0_49BB_1331_11EB
        return bits ^ bits >> 31
    }
}
