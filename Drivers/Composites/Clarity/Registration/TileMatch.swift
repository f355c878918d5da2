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
