/// Tiles of the transmitted half, which are looked for in the reflected half.
struct Tiles {
    private let direct, mirrored: Plane
    private let factor: Int
    private let sign: Double
    private let side: Int
    private let corners: [(x: Int, y: Int)]

    /// How alike two pieces must be that show the same.
    private static let leastLikeness = 0.3

    var count: Int { corners.count }

    /// - Parameter factor: how many pixels along each side are joined into one first.
    init(_ direct: Plane, _ mirrored: Plane, joined factor: Int, sign: Double) {
        self.factor = factor
        self.sign = sign
        // Free of what is coarser than a tile, and of some of the noise.
        self.direct = direct.joined(factor).finer(than: 12).smoothed(1)
        self.mirrored = mirrored.joined(factor).finer(than: 12).smoothed(1)
        let (width, height) = (self.direct.width, self.direct.height)
        let side = min(40, max(16, min(width, height) / 4))
        self.side = side
        let step = max(side * 3 / 4, max(width, height) / 24)
        func starts(_ length: Int) -> [Int] {
            // Not at the very edge, beyond which there is nothing to look for them in.
            let (first, last) = (min(4, (length - side) / 2), length - side - min(4, (length - side) / 2))
            let count = max(1, (last - first) / step)
            return (0...count).map { first + $0 * (last - first) / count }
        }
        corners = starts(height).flatMap { y in starts(width).map { x in (x, y) } }
    }

    /// Where the tiles are, looked for around where a mapping has them.
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

    /// The same, after the reflected half has been resampled by the mapping, so that tiles are all but in place.
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

    /// Whether all of a tile, and what is around it, lies in the reflected half.
    private func isInside(_ corner: (x: Int, y: Int), _ mapping: Mapping, _ reach: Int) -> Bool {
        [-reach, side + reach].allSatisfy { dy in
            [-reach, side + reach].allSatisfy { dx in
                let place = mapping.place(Double(corner.x + dx), Double(corner.y + dy))
                return place.x >= 1 && place.y >= 1 && place.x < Double(mirrored.width - 2)
                    && place.y < Double(mirrored.height - 2)
            }
        }
    }

    /// From joined pixels to those of the half.
    private func full(_ place: (Double, Double)) -> (x: Double, y: Double) {
        ((place.0 + 0.5) * Double(factor) - 0.5, (place.1 + 0.5) * Double(factor) - 0.5)
    }

    private func shrunk(_ place: Double) -> Double { (place + 0.5) / Double(factor) - 0.5 }
}

/// Where in one picture lies what a tile of another one shows, by normalised correlation.
struct TileMatch {
    /// From where it was looked for, in pixels.
    let x, y: Double
    /// How alike they are: 1 for the same but for brightness and contrast.
    let likeness: Double

    /// Nil if the tile or one that it is compared with is of one grey, if the best place is as far away as was looked, or
    /// if a part of what it is compared with lies beyond the picture.
    ///
    /// - Parameters:
    ///   - first: the picture with the tile, whose left top is `tile`.
    ///   - place: in the second picture, where the tile's left top is looked for.
    ///   - reach: how far around it, in pixels.
    ///   - sign: -1 if what is bright in one is dark in the other.
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
            // Not over a range, which takes far longer where nothing is optimised, as in tests.
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

    /// Where a parabola through three neighbours has its top.
    private static func top(_ before: Double, _ at: Double, _ after: Double) -> Double {
        let bend = before - 2 * at + after
        return bend < 0 ? min(max((before - after) / (2 * bend), -0.5), 0.5) : 0
    }
}
