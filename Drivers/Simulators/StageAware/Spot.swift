internal import Glibc

/// An ellipse that is brightest in its middle and ends at its edge.
struct Spot {
    let x, y: Double
    /// From the middle to the edge, the longer and the shorter way.
    let length, breadth: Double
    let angle: Double
    let brightness: Double

    /// A spot of the same form, where all is a share of what it is here.
    ///
    /// - Parameter place: from the middle.
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

    /// Adds its brightness to an image of these sides.
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
