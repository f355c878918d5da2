/// A mapping from places that were found to lie in the same place of the specimen.
struct MappingFit {
    /// A place of the transmitted half, where it is in the reflected half, and how sure that is.
    struct Pair {
        let from: (x: Double, y: Double)
        let to: (x: Double, y: Double)
        let weight: Double
    }

    let mapping: Mapping
    /// How far, in pixels, the pairs that were used lie from the mapping (root mean square).
    let error: Double
    let usedCount: Int

    /// The mapping of that degree, by least squares that pairs far from it take no part in (Tukey's biweight); nil if the
    /// pairs are too few or all lie on a line.
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
            // Never closer than tiles can be told apart.
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
