/// Brightnesses for calculations, row by row from the top.
struct Plane: Sendable {
    let width, height: Int
    var pixels: [Float]

    init(width: Int, height: Int, pixels: [Float]? = nil) {
        self.width = width
        self.height = height
        self.pixels = pixels ?? [Float](repeating: 0, count: width * height)
    }

    subscript(x: Int, y: Int) -> Float {
        get { pixels[y * width + x] }
        set { pixels[y * width + x] = newValue }
    }

    /// Bins squares of that side to their mean; incomplete squares are left out.
    func joined(_ side: Int) -> Plane {
        guard side > 1 else { return self }
        var result = Plane(width: width / side, height: height / side)
        let share = 1 / Float(side * side)
        unsafe pixels.withUnsafeBufferPointer { source in
            unsafe result.pixels.withUnsafeMutableBufferPointer { target in
                let columns = width / side
                for y in 0..<height / side * side {
                    let (from, to) = (y * width, y / side * columns)
                    for x in 0..<columns * side { unsafe target[to &+ x / side] += source[from &+ x] * share }
                }
            }
        }
        return result
    }

    /// The mean over a square around each pixel with that reach to each side, clipped at the edges.
    func smoothed(_ reach: Int) -> Plane {
        averagedAlongRows(reach).transposed.averagedAlongRows(reach).transposed
    }

    /// The details finer than the square of ``smoothed(_:)``.
    func finer(than reach: Int) -> Plane {
        let mean = smoothed(reach)
        return Plane(width: width, height: height, pixels: zip(pixels, mean.pixels).map { $0 - $1 })
    }

    private var transposed: Plane {
        var result = Plane(width: height, height: width)
        unsafe pixels.withUnsafeBufferPointer { source in
            unsafe result.pixels.withUnsafeMutableBufferPointer { target in
                for y in 0..<height {
                    for x in 0..<width { unsafe target[x &* height &+ y] = source[y &* width &+ x] }
                }
            }
        }
        return result
    }

    private func averagedAlongRows(_ reach: Int) -> Plane {
        var result = Plane(width: width, height: height)
        unsafe pixels.withUnsafeBufferPointer { source in
            unsafe result.pixels.withUnsafeMutableBufferPointer { target in
                for y in 0..<height {
                    let row = y * width
                    var (sum, first, end) = (0.0, 0, 0)
                    for x in 0..<width {
                        while end < min(x + reach + 1, width) {
                            unsafe sum += Double(source[row + end])
                            end += 1
                        }
                        while first < x - reach {
                            unsafe sum -= Double(source[row + first])
                            first += 1
                        }
                        unsafe target[row + x] = Float(sum / Double(end - first))
                    }
                }
            }
        }
        return result
    }
}

extension Plane {
    /// The picture resampled at the positions of a mapping, black where these are outside of it.
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

    /// The value between pixels by cubic convolution; nil without all neighbours.
    func value(at x: Float, _ y: Float) -> Float? {
        // Also false for NaN.
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
