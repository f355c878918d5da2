internal import Glibc

/// The scene under a simulated Clarity, as its two halves show it on a sensor.
///
/// The right half is a mirror image of the left one, slightly rotated, enlarged and shifted, as with real ones.
final class ClarityScene: Sendable {
    let width, height: Int
    /// Rows of the whole sensor: what is in focus, what is out of focus, and the pattern of the calibration lamp.
    let focus, haze, pattern: [Float]

    static let degrees = 0.4
    static let scale = 1.004
    static let shift = (x: 6.3, y: -4.2)

    init(width: Int, height: Int) {
        (self.width, self.height) = (width, height)
        let area = Double(width / 2 * height)
        var random = SeededRandom(5)
        func glows(_ count: Double, _ sigma: ClosedRange<Double>, _ brightness: ClosedRange<Double>) -> [Glow] {
            (0..<max(1, Int(count))).map { _ in
                Glow(
                    x: .random(in: 0...Double(width / 2), using: &random),
                    y: .random(in: 0...Double(height), using: &random),
                    sigma: .random(in: sigma, using: &random),
                    brightness: .random(in: brightness, using: &random)
                )
            }
        }
        func painted(_ glows: [Glow]) -> [Float] {
            var pixels = [Float](repeating: 0, count: width * height)
            for glow in glows {
                glow.paint(on: &pixels, stride: width, columns: 0..<width / 2, height)
                Self.reflected(glow, width / 2, height).paint(
                    on: &pixels,
                    stride: width,
                    columns: width / 2..<width / 2 * 2,
                    height
                )
            }
            return pixels
        }
        focus = painted(glows(area / 400, 1.5...3.5, 500...3000))
        haze = painted(glows(area / 4000, 20...40, 200...800))
        pattern = painted(glows(area / 150, 1.5...2.5, 1000...5000))
    }

    /// The corresponding spot in the other half.
    private static func reflected(_ glow: Glow, _ width: Int, _ height: Int) -> Glow {
        let (cosine, sine) = (scale * cos(degrees * .pi / 180), scale * sin(degrees * .pi / 180))
        let (cx, cy) = (Double(width - 1) / 2, Double(height - 1) / 2)
        let (dx, dy) = (glow.x - cx, glow.y - cy)
        let x = cx + cosine * dx - sine * dy + shift.x
        return Glow(
            x: Double(2 * width - 1) - x,
            y: cy + sine * dx + cosine * dy + shift.y,
            sigma: glow.sigma * scale,
            brightness: glow.brightness
        )
    }

    /// The light on a pixel.
    func level(_ x: Int, _ y: Int, _ light: ClarityLight) -> Float {
        let index = y * width + x
        let isReflected = x >= width / 2
        return (isReflected ? light.focus.reflected : light.focus.transmitted) * focus[index]
            + (isReflected ? light.haze.reflected : light.haze.transmitted) * haze[index] + light.lamp * pattern[index]
    }
}

/// A round spot with a Gaussian profile.
private struct Glow {
    let x, y, sigma, brightness: Double

    func paint(on pixels: inout [Float], stride: Int, columns: Range<Int>, _ height: Int) {
        let across = range(x, columns).map { exp(-pow((Double($0) - x) / sigma, 2) / 2) }
        let first = range(x, columns).lowerBound
        for row in range(y, 0..<height) {
            let down = brightness * exp(-pow((Double(row) - y) / sigma, 2) / 2)
            let start = row * stride + first
            for index in across.indices { pixels[start + index] += Float(down * across[index]) }
        }
    }

    private func range(_ middle: Double, _ side: Range<Int>) -> Range<Int> {
        (Int((middle - 4 * sigma).rounded(.down))..<Int((middle + 4 * sigma).rounded(.up)) + 1).clamped(to: side)
    }
}

/// The share of the light that reaches each half of the sensor behind a Clarity, depending on its disk.
struct ClarityLight: Sendable {
    /// The light from the focal plane and from elsewhere: transmitted by the disk, and reflected.
    let focus, haze: (transmitted: Float, reflected: Float)
    /// The calibration lamp's pattern, to each half.
    let lamp: Float

    /// - Parameters:
    ///   - sectioning: 0 with the disk out of the light path; up to 3 with less light and thinner sections.
    ///   - isLampOn: whether the calibration lamp is on, which outshines the specimen.
    init(sectioning: Int, isLampOn: Bool) {
        // Invented: a disk that is half open, and more of the same effect with each step.
        let (brightness, passing): (Float, Float) =
            switch sectioning {
            case 0: (1, 1)
            case 1: (0.9, 0.7)
            case 2: (0.7, 0.8)
            default: (0.5, 0.9)
            }
        let specimen = isLampOn ? brightness / 20 : brightness
        focus = (specimen * passing, specimen * (1 - passing))
        haze = sectioning == 0 ? (specimen, 0) : (specimen / 2, specimen / 2)
        lamp = isLampOn ? 1 : 0
    }
}
