/// Tiles of the transmitted half that are located in the reflected half.
struct Tiles {
    private let direct, mirrored: Plane
    private let factor: Int
    private let sign: Double
    private let side: Int
    private let corners: [(x: Int, y: Int)]

    /// The least correlation of a match.
    private static let leastLikeness = 0.3

    var count: Int { corners.count }

    /// - Parameter factor: the binning applied first.
    init(_ direct: Plane, _ mirrored: Plane, joined factor: Int, sign: Double) {
        self.factor = factor
        self.sign = sign
        // Without structure coarser than a tile, and with less noise.
        self.direct = direct.joined(factor).finer(than: 12).smoothed(1)
        self.mirrored = mirrored.joined(factor).finer(than: 12).smoothed(1)
        let (width, height) = (self.direct.width, self.direct.height)
        let side = min(40, max(16, min(width, height) / 4))
        self.side = side
        let step = max(side * 3 / 4, max(width, height) / 24)
        func starts(_ length: Int) -> [Int] {
            // Not at the very edge, where the search has no surroundings.
            let (first, last) = (min(4, (length - side) / 2), length - side - min(4, (length - side) / 2))
            let count = max(1, (last - first) / step)
            return (0...count).map { first + $0 * (last - first) / count }
        }
        corners = starts(height).flatMap { y in starts(width).map { x in (x, y) } }
    }

    /// Locates the tiles near the positions that a mapping predicts.
    func pairs(_ mapping: Mapping, reach: Int) -> [MappingFit.Pair] {
        let middle = Double(side - 1) / 2
        return corners.compactMap { corner in
            let from = full((Double(corner.x) + middle, Double(corner.y) + middle))
            let expected = mapping.place(from.x, from.y)
            let small = (x: shrunk(expected.x) - middle, y: shrunk(expected.y) - middle)
            guard let x = Int(exactly: small.x.rounded()), let y = Int(exactly: small.y.rounded()),
                let match = match(corner, in: mirrored, at: (x, y), reach)
            else { return nil }
            let to = full((Double(x) + match.x + middle, Double(y) + match.y + middle))
            return MappingFit.Pair(from: from, to: to, weight: match.likeness * match.likeness)
        }
    }

    /// Locates the tiles after resampling the reflected half by the mapping, so that they are almost in place.
    func residualPairs(_ mapping: Mapping, reach: Int) -> [MappingFit.Pair] {
        let resampled = mirrored.resampled(by: mapping)
        let middle = Double(side - 1) / 2
        return corners.compactMap { corner in
            guard isInside(corner, mapping, reach), let match = match(corner, in: resampled, at: corner, reach) else {
                return nil
            }
            let from = (x: Double(corner.x) + middle, y: Double(corner.y) + middle)
            let to = mapping.place(from.x + match.x, from.y + match.y)
            return MappingFit.Pair(from: from, to: to, weight: match.likeness * match.likeness)
        }
    }

    private func match(_ corner: (x: Int, y: Int), in plane: Plane, at place: (x: Int, y: Int), _ reach: Int)
        -> TileMatch?
    {
        guard abs(place.x) < 1 << 20, abs(place.y) < 1 << 20 else { return nil }
        let match = TileMatch(direct, tile: corner, side: side, in: plane, at: place, reach: reach, sign: sign)
        return match.flatMap { $0.likeness >= Self.leastLikeness ? $0 : nil }
    }

    /// Whether a tile and its surroundings lie within the reflected half.
    private func isInside(_ corner: (x: Int, y: Int), _ mapping: Mapping, _ reach: Int) -> Bool {
        [-reach, side + reach].allSatisfy { dy in
            [-reach, side + reach].allSatisfy { dx in
                let place = mapping.place(Double(corner.x + dx), Double(corner.y + dy))
                return place.x >= 1 && place.y >= 1 && place.x < Double(mirrored.width - 2)
                    && place.y < Double(mirrored.height - 2)
            }
        }
    }

    /// Converts binned pixels to pixels of the half.
    private func full(_ place: (Double, Double)) -> (x: Double, y: Double) {
        ((place.0 + 0.5) * Double(factor) - 0.5, (place.1 + 0.5) * Double(factor) - 0.5)
    }

    private func shrunk(_ place: Double) -> Double { (place + 0.5) / Double(factor) - 0.5 }
}

/// The position in one picture of a tile of another one, by normalised correlation.
struct TileMatch {
    /// Relative to the predicted position, in pixels.
    let x, y: Double
    /// The correlation: 1 for pictures that differ only in brightness and contrast.
    let likeness: Double

    /// Nil if the tile or its counterpart is uniform, if the best position is at the limit of the search, or if the
    /// search would leave the picture.
    ///
    /// - Parameters:
    ///   - first: the picture with the tile, whose top left corner is `tile`.
    ///   - place: the predicted top left corner in the second picture.
    ///   - reach: the search distance in pixels.
    ///   - sign: -1 if bright and dark are exchanged.
    init?(
        _ first: Plane,
        tile: (x: Int, y: Int),
        side: Int,
        in second: Plane,
        at place: (x: Int, y: Int),
        reach: Int,
        sign: Double
    ) {
        guard tile.x >= 0, tile.y >= 0, tile.x + side <= first.width, tile.y + side <= first.height,
            place.x - reach >= 0, place.y - reach >= 0,
            place.x + reach + side <= second.width, place.y + reach + side <= second.height
        else { return nil }
        let count = 2 * reach + 1
        var values = [Double](repeating: 0, count: count * count)
        unsafe first.pixels.withUnsafeBufferPointer { tiled in
            unsafe second.pixels.withUnsafeBufferPointer { searched in
                // A square is never empty, so both have a first pixel.
                let one = unsafe tiled.baseAddress! + (tile.y * first.width + tile.x)
                for dy in -reach...reach {
                    for dx in -reach...reach {
                        let other = unsafe searched.baseAddress! + ((place.y + dy) * second.width + place.x + dx)
                        unsafe values[(dy + reach) * count + dx + reach] =
                            sign * Self.likeness(one, first.width, other, second.width, side)
                    }
                }
            }
        }
        guard let best = values.indices.max(by: { values[$0] < values[$1] }), values[best] > 0 else { return nil }
        let (column, row) = (best % count, best / count)
        guard (1..<count - 1).contains(column), (1..<count - 1).contains(row) else { return nil }
        x = Double(column - reach) + Self.top(values[best - 1], values[best], values[best + 1])
        y = Double(row - reach) + Self.top(values[best - count], values[best], values[best + count])
        likeness = values[best]
    }

    private static func likeness(
        _ one: UnsafePointer<Float>,
        _ oneWidth: Int,
        _ other: UnsafePointer<Float>,
        _ otherWidth: Int,
        _ side: Int
    ) -> Double {
        var (a, b, aa, bb, ab) = (Float(0), Float(0), Float(0), Float(0), Float(0))
        for y in 0..<side {
            let (left, right) = unsafe (one + y &* oneWidth, other + y &* otherWidth)
            // Not over a range, which takes far longer without optimisation, as in tests.
            var x = 0
            while x < side {
                let (p, q) = unsafe (left[x], right[x])
                x &+= 1
                a += p
                b += q
                aa += p * p
                bb += q * q
                ab += p * q
            }
        }
        let count = Double(side * side)
        let covariance = Double(ab) - Double(a) * Double(b) / count
        let spread = (Double(aa) - Double(a) * Double(a) / count) * (Double(bb) - Double(b) * Double(b) / count)
        return spread > 0 ? covariance / spread.squareRoot() : 0
    }

    /// The vertex of a parabola through three neighbours.
    private static func top(_ before: Double, _ at: Double, _ after: Double) -> Double {
        let bend = before - 2 * at + after
        return bend < 0 ? min(max((before - after) / (2 * bend), -0.5), 0.5) : 0
    }
}
