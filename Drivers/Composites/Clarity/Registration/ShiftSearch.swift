internal import Glibc

/// Finds by how much one picture is shifted against another one, by their correlation over all shifts.
struct ShiftSearch {
    /// Where the second picture has what the first one has at 0.
    let x, y: Int
    /// Whether what is bright in one is dark in the other.
    let isInverted: Bool
    /// How far the best shift stands out from the others, in their standard deviation.
    let prominence: Double

    /// - Parameters:
    ///   - first, second: of the same sides, without what is coarse.
    ///   - reach: the longest shift, as a share of the sides.
    init(_ first: Plane, _ second: Plane, within reach: Double) {
        var side = 2
        while side < max(first.width, first.height) * 2 { side *= 2 }
        let fourier = Fourier(side)
        var (a, b) = (Self.square(first, side), Self.square(second, side))
        let none = [Float](repeating: 0, count: side * side)
        var (ai, bi) = (none, none)
        fourier.transformSquare(&a, &ai)
        fourier.transformSquare(&b, &bi)
        for index in a.indices {
            // The second times the first's conjugate, half whitened: sharp, and not yet all noise.
            let re = b[index] * a[index] + bi[index] * ai[index]
            let im = bi[index] * a[index] - b[index] * ai[index]
            let size = (re * re + im * im).squareRoot().squareRoot()
            // Turned round, so that transforming it again is the way back.
            (a[index], ai[index]) = size > 0 ? (re / size, -im / size) : (0, 0)
        }
        fourier.transformSquare(&a, &ai)
        self.init(peakOf: a, side: side, (Int(reach * Double(first.width)), Int(reach * Double(first.height))))
    }

    private init(peakOf values: [Float], side: Int, _ reach: (x: Int, y: Int)) {
        var (best, place) = (Float(0), (x: 0, y: 0))
        var (sum, squares, count) = (0.0, 0.0, 0.0)
        for dy in -reach.y...reach.y {
            for dx in -reach.x...reach.x {
                let value = values[(dy + side) % side * side + (dx + side) % side]
                sum += Double(value)
                squares += Double(value * value)
                count += 1
                if value.magnitude > best.magnitude { (best, place) = (value, (dx, dy)) }
            }
        }
        let deviation = max(0, squares / count - sum / count * sum / count).squareRoot()
        (x, y, isInverted) = (place.x, place.y, best < 0)
        prominence = deviation > 0 ? Double(best.magnitude) / deviation : 0
    }

    /// A picture that fades towards its sides, in a square with nothing around it.
    private static func square(_ plane: Plane, _ side: Int) -> [Float] {
        var values = [Float](repeating: 0, count: side * side)
        func fading(_ count: Int) -> [Float] {
            (0..<count).map { Float(0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(count))).squareRoot() }
        }
        let (columns, rows) = (fading(plane.width), fading(plane.height))
        for y in 0..<plane.height {
            for x in 0..<plane.width { values[y * side + x] = plane[x, y] * columns[x] * rows[y] }
        }
        return values
    }
}
