internal import Devices

/// Brightnesses to calculate with.
struct Picture {
    let width, height: Int
    private(set) var pixels: [Float]

    /// A black one.
    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [Float](repeating: 0, count: width * height)
    }

    subscript(x: Int, y: Int) -> Float {
        get { pixels[y * width + x] }
        set { pixels[y * width + x] = newValue }
    }

    /// Joins pixels into their mean, and leaves out those that are not enough for a whole one.
    func joined(_ binning: Binning) -> Picture {
        guard binning != .none else { return self }
        var result = Picture(width: width / binning.h, height: height / binning.v)
        let share = 1 / Float(binning.h * binning.v)
        for y in 0..<result.height {
            for x in 0..<result.width { result[x, y] = sum(of: binning, at: x * binning.h, y * binning.v) * share }
        }
        return result
    }

    private func sum(of binning: Binning, at x: Int, _ y: Int) -> Float {
        var sum: Float = 0
        for row in y..<y + binning.v {
            for column in x..<x + binning.h { sum += self[column, row] }
        }
        return sum
    }

    /// Smaller than before by what the kernel needs around each pixel.
    func blurred(by kernel: [Float]) -> Picture {
        guard kernel.count > 1 else { return self }
        let margin = kernel.count - 1
        return weighted(by: kernel, step: width, Picture(width: width, height: height - margin))
            .weighted(by: kernel, step: 1, Picture(width: width - margin, height: height - margin))
    }

    /// Sums over pixels that lie a step apart, the first of which is in the same place as their sum.
    private func weighted(by kernel: [Float], step: Int, _ result: consuming Picture) -> Picture {
        let (width, height) = (result.width, result.height)
        unsafe pixels.withUnsafeBufferPointer { source in
            unsafe result.pixels.withUnsafeMutableBufferPointer { sums in
                for y in 0..<height {
                    for (index, weight) in kernel.enumerated() {
                        let (from, to) = (y * self.width + index * step, y * width)
                        // Without checks, so that several are calculated at a time.
                        for x in 0..<width { unsafe sums[to &+ x] += weight * source[from &+ x] }
                    }
                }
            }
        }
        return result
    }
}
