internal import Glibc

extension Canvas {
    private var longerSide: Double { Double(max(width, height)) }

    /// Brighter and brighter from the top left corner to the bottom right one.
    func paintGradient(_ light: Light) {
        let last = Double(max(1, width + height - 2))
        let ramp = (0..<width + height - 1).map { Value(level: light.level(Double($0) / last)) }
        for y in 0..<height { copy(ramp, from: y, toRow: y) }
    }

    /// Ten ramps, whose direction turns by a hundredth of a full turn from image to image.
    func paintSawtooth(_ light: Light, _ number: Int) {
        let ramp = (0..<256).map { Value(level: light.level(Double($0) / 256)) }
        let angle = Double(number % 100) / 100 * 2 * Double.pi
        // A whole ramp is what 32 bits hold, so that going over it begins the next one.
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
        // Farther out it is as dark as all the rest.
        let reach = Int((4 * width).rounded(.up))
        func profile(_ distance: Int) -> Double { exp(-pow(Double(distance) / width, 2) / 2) }
        for y in -reach...reach {
            for x in -reach...reach {
                set(centreX + x, centreY + y, Value(level: light.level(profile(x) * profile(y))))
            }
        }
    }
}
