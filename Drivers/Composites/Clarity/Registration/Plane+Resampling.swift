extension Plane {
    /// The picture as it is at the places that a mapping gives, black where these are beyond it.
    func resampled(by mapping: Mapping) -> Plane {
        var result = Plane(width: mapping.width, height: mapping.height)
        for y in 0..<result.height {
            for x in 0..<result.width {
                let place = mapping.place(Double(x), Double(y))
                result[x, y] = value(at: Float(place.x), Float(place.y)) ?? 0
            }
        }
        return result
    }

    /// The value between pixels, by cubic convolution; nil where it has not all neighbours.
    func value(at x: Float, _ y: Float) -> Float? {
        // Also false for what is no number.
        guard x >= 1, y >= 1, x < Float(width - 2), y < Float(height - 2) else { return nil }
        let (column, row) = (Int(x), Int(y))
        let across = CubicKernel.weights(x - Float(column))
        let down = CubicKernel.weights(y - Float(row))
        var sum: Float = 0
        for index in 0..<4 {
            let start = (row + index - 1) * width + column - 1
            let four = SIMD4(pixels[start], pixels[start + 1], pixels[start + 2], pixels[start + 3])
            sum += (four * across).sum() * down[index]
        }
        return sum
    }
}
