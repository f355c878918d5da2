/// Brightnesses to calculate with, row by row from the top.
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

    /// Joins squares of that side into their mean; what is not enough for a whole one is left out.
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

    /// The mean over a square around each pixel that reaches so many pixels to each side, or as far as there are any.
    func smoothed(_ reach: Int) -> Plane {
        averagedAlongRows(reach).transposed.averagedAlongRows(reach).transposed
    }

    /// What is finer than the square of ``smoothed(_:)``.
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
