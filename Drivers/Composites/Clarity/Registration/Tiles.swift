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
