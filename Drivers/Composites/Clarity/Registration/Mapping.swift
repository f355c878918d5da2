internal import Glibc

/// The position in the reflected half for each position of the transmitted half: two polynomials.
///
/// Positions are in pixels of a half, with the centre of the first pixel at 0, after flipping the reflected half back.
/// A polynomial of degree 1 covers shift, rotation, scale and shear; degree 3 adds the distortion of lenses.
struct Mapping: Sendable, Hashable {
    /// The sides of a half, in pixels.
    let width, height: Int
    let degree: Int
    /// The coefficients of ``terms(_:_:)``.
    var x, y: [Double]

    static func termCount(_ degree: Int) -> Int { (degree + 1) * (degree + 2) / 2 }

    /// The identity.
    init(width: Int, height: Int) {
        (self.width, self.height, degree) = (width, height, 1)
        let scale = Self.scale(width, height)
        x = [Double(width - 1) / 2, scale, 0]
        y = [Double(height - 1) / 2, 0, scale]
    }

    /// A mapping with these coefficients, or nil if their number does not fit the degree.
    init?(width: Int, height: Int, degree: Int, x: [Double], y: [Double]) {
        guard (1...3).contains(degree), x.count == Self.termCount(degree), y.count == x.count else { return nil }
        (self.width, self.height, self.degree) = (width, height, degree)
        (self.x, self.y) = (x, y)
    }

    // About -1 to 1 over the half, so that powers of it are well conditioned.
    private static func scale(_ width: Int, _ height: Int) -> Double { Double(max(width, height)) / 2 }

    /// The powers of a position: 1, x, y, x², xy, y², x³, x²y, xy², y³.
    static func terms(_ px: Double, _ py: Double, _ width: Int, _ height: Int, _ degree: Int) -> [Double] {
        let scale = scale(width, height)
        let (x, y) = ((px - Double(width - 1) / 2) / scale, (py - Double(height - 1) / 2) / scale)
        var terms = [1, x, y]
        if degree > 1 { terms += [x * x, x * y, y * y] }
        if degree > 2 { terms += [x * x * x, x * x * y, x * y * y, y * y * y] }
        return terms
    }

    /// The position in the reflected half.
    func place(_ px: Double, _ py: Double) -> (x: Double, y: Double) {
        let scale = Self.scale(width, height)
        let (dx, dy) = ((px - Double(width - 1) / 2) / scale, (py - Double(height - 1) / 2) / scale)
        return (value(x, dx, dy), value(y, dx, dy))
    }

    private func value(_ c: [Double], _ x: Double, _ y: Double) -> Double {
        var value = c[0] + c[1] * x + c[2] * y
        if degree > 1 { value += (c[3] * x + c[4] * y) * x + c[5] * y * y }
        if degree > 2 { value += ((c[6] * x + c[7] * y) * x + c[8] * y * y) * x + c[9] * y * y * y }
        return value
    }

    func shifted(by shift: (x: Double, y: Double)) -> Mapping {
        var result = self
        result.x[0] += shift.x
        result.y[0] += shift.y
        return result
    }

    /// The scale, rotation and shift of the reflected half, at its centre.
    var summary: (scale: Double, degrees: Double, shift: (x: Double, y: Double)) {
        let scale = Self.scale(width, height)
        let (a, b, c, d) = (x[1] / scale, x[2] / scale, y[1] / scale, y[2] / scale)
        let area = (a * d - b * c).magnitude.squareRoot()
        let angle = Angle.degrees(c - b, a + d)
        return (area, angle, (x[0] - Double(width - 1) / 2, y[0] - Double(height - 1) / 2))
    }
}

/// A mapping fitted to pairs of corresponding positions.
struct MappingFit {
    /// A position of the transmitted half, its position in the reflected half, and the weight of the pair.
    struct Pair {
        let from: (x: Double, y: Double)
        let to: (x: Double, y: Double)
        let weight: Double
    }

    let mapping: Mapping
    /// The residual of the pairs used, in pixels (root mean square).
    let error: Double
    let usedCount: Int

    /// The mapping of that degree by least squares, robust against outliers (Tukey's biweight); nil if there are too
    /// few pairs or all of them lie on a line.
    init?(_ pairs: [Pair], width: Int, height: Int, degree: Int) {
        let termCount = Mapping.termCount(degree)
        guard pairs.count >= termCount else { return nil }
        let terms = pairs.map { Mapping.terms($0.from.x, $0.from.y, width, height, degree) }
        var weights = pairs.map(\.weight)
        var best: (mapping: Mapping, distances: [Double])?
        for _ in 0..<8 {
            var (x, y) = (LeastSquares(terms: termCount), LeastSquares(terms: termCount))
            for (index, pair) in pairs.enumerated() where weights[index] > 0 {
                x.add(terms[index], pair.to.x, weight: weights[index])
                y.add(terms[index], pair.to.y, weight: weights[index])
            }
            guard let first = x.solution(), let second = y.solution(),
                let mapping = Mapping(width: width, height: height, degree: degree, x: first, y: second)
            else { return nil }
            let distances = pairs.map { pair in
                let place = mapping.place(pair.from.x, pair.from.y)
                let (dx, dy) = (place.x - pair.to.x, place.y - pair.to.y)
                return (dx * dx + dy * dy).squareRoot()
            }
            best = (mapping, distances)
            // Not below the limit of the tile matching.
            let scale = max(Self.median(distances) * 4.685 / 0.6745, 0.1)
            weights = zip(pairs, distances).map { pair, distance in
                let share = distance / scale
                return share < 1 ? pair.weight * (1 - share * share) * (1 - share * share) : 0
            }
        }
        guard let best else { return nil }
        let used = zip(best.distances, weights).filter { $0.1 > 0 }.map { $0.0 * $0.0 }
        mapping = best.mapping
        usedCount = used.count
        error = used.isEmpty ? .infinity : (used.reduce(0, +) / Double(used.count)).squareRoot()
    }

    static func median(_ values: [Double]) -> Double {
        let sorted = values.sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }
}

/// A weighted linear least-squares fit.
struct LeastSquares {
    private let count: Int
    private var matrix: [Double]
    private var right: [Double]

    /// - Parameter count: the number of terms.
    init(terms count: Int) {
        self.count = count
        matrix = [Double](repeating: 0, count: count * count)
        right = [Double](repeating: 0, count: count)
    }

    /// Adds a measurement.
    mutating func add(_ terms: [Double], _ value: Double, weight: Double) {
        for row in 0..<count {
            let term = terms[row] * weight
            right[row] += term * value
            for column in 0...row { matrix[row * count + column] += term * terms[column] }
        }
    }

    /// The coefficients, by Cholesky decomposition; nil if the measurements do not determine all of them.
    func solution() -> [Double]? {
        var lower = matrix
        let largest = (0..<count).map { matrix[$0 * count + $0] }.max() ?? 0
        for column in 0..<count {
            for row in column..<count {
                var sum = lower[row * count + column]
                for index in 0..<column { sum -= lower[row * count + index] * lower[column * count + index] }
                if row == column {
                    guard sum > 1e-10 * largest, sum.isFinite else { return nil }
                    lower[row * count + row] = sum.squareRoot()
                } else {
                    lower[row * count + column] = sum / lower[column * count + column]
                }
            }
        }
        return substituted(lower)
    }

    private func substituted(_ lower: [Double]) -> [Double] {
        var result = right
        for row in 0..<count {
            for index in 0..<row { result[row] -= lower[row * count + index] * result[index] }
            result[row] /= lower[row * count + row]
        }
        for row in (0..<count).reversed() {
            for index in row + 1..<count { result[row] -= lower[index * count + row] * result[index] }
            result[row] /= lower[row * count + row]
        }
        return result
    }
}

enum Angle {
    /// The angle of a direction from the x axis.
    static func degrees(_ y: Double, _ x: Double) -> Double { atan2(y, x) * 180 / .pi }
}
