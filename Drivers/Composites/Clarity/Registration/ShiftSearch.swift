internal import Glibc

/// The shift between two pictures, from their correlation over all shifts.
struct ShiftSearch {
    /// The position in the second picture of what is at 0 in the first.
    let x, y: Int
    /// Whether bright and dark are exchanged between the two.
    let isInverted: Bool
    /// The height of the best peak, in standard deviations of the others.
    let prominence: Double

    /// - Parameters:
    ///   - first, second: of the same size, without coarse structure.
    ///   - reach: the largest shift, as a fraction of the sides.
    init(_ first: Plane, _ second: Plane, within reach: Double) {
        var side = 2
        while side < max(first.width, first.height) * 2 { side *= 2 }
        let fourier = Fourier(side)
        var (a, b) = (Self.square(first, side), Self.square(second, side))
        let none = [Float](repeating: 0, count: side * side)
        var (ai, bi) = (none, none)
        fourier.transformSquare(&a, &ai)
        fourier.transformSquare(&b, &bi)
        for index in a.indices {
            // The second times the conjugate of the first, half whitened: sharp, but not yet dominated by noise.
            let re = b[index] * a[index] + bi[index] * ai[index]
            let im = bi[index] * a[index] - b[index] * ai[index]
            let size = (re * re + im * im).squareRoot().squareRoot()
            // Conjugated, so that transforming it again is the inverse.
            (a[index], ai[index]) = size > 0 ? (re / size, -im / size) : (0, 0)
        }
        fourier.transformSquare(&a, &ai)
        self.init(peakOf: a, side: side, (Int(reach * Double(first.width)), Int(reach * Double(first.height))))
    }

    private init(peakOf values: [Float], side: Int, _ reach: (x: Int, y: Int)) {
        var (best, place) = (Float(0), (x: 0, y: 0))
        var sizes: [Float] = []
        for dy in -reach.y...reach.y {
            for dx in -reach.x...reach.x {
                let value = values[(dy + side) % side * side + (dx + side) % side]
                sizes.append(value.magnitude)
                if value.magnitude > best.magnitude { (best, place) = (value, (dx, dy)) }
            }
        }
        // By the median, because a periodic pattern has many peaks.
        sizes.sort()
        let deviation = Double(sizes[sizes.count / 2]) / 0.6745
        (x, y, isInverted) = (place.x, place.y, best < 0)
        prominence = deviation > 0 ? Double(best.magnitude) / deviation : 0
    }

    /// A picture that fades out towards its edges, zero-padded to a square.
    private static func square(_ plane: Plane, _ side: Int) -> [Float] {
        var values = [Float](repeating: 0, count: side * side)
        func fading(_ count: Int) -> [Float] {
            (0..<count).map { Float(0.5 - 0.5 * cos(2 * Double.pi * (Double($0) + 0.5) / Double(count))).squareRoot() }
        }
        let (columns, rows) = (fading(plane.width), fading(plane.height))
        for y in 0..<plane.height {
            for x in 0..<plane.width { values[y * side + x] = plane[x, y] * columns[x] * rows[y] }
        }
        return values
    }
}

/// A fast Fourier transform with a length that is a power of two (Cooley and Tukey 1965).
struct Fourier {
    private let count: Int
    private let cosines, sines: [Float]

    init(_ count: Int) {
        self.count = count
        let angles = (0..<count / 2).map { -2 * Double.pi * Double($0) / Double(count) }
        cosines = angles.map { Float(cos($0)) }
        sines = angles.map { Float(sin($0)) }
    }

    /// Transforms values that lie a step apart, in place.
    private func transform(_ real: UnsafeMutablePointer<Float>, _ imaginary: UnsafeMutablePointer<Float>, step: Int) {
        var reversed = 0
        for index in 1..<count {
            var bit = count >> 1
            while reversed & bit != 0 {
                reversed ^= bit
                bit >>= 1
            }
            reversed |= bit
            guard index < reversed else { continue }
            unsafe swap(&real[index * step], &real[reversed * step])
            unsafe swap(&imaginary[index * step], &imaginary[reversed * step])
        }
        var length = 2
        while length <= count {
            unsafe butterflies(real, imaginary, step, length)
            length *= 2
        }
    }

    private func butterflies(
        _ real: UnsafeMutablePointer<Float>,
        _ imaginary: UnsafeMutablePointer<Float>,
        _ step: Int,
        _ length: Int
    ) {
        let (half, turn) = (length / 2, count / length)
        for index in 0..<half {
            let (c, s) = (cosines[index * turn], sines[index * turn])
            var low = index &* step
            while low < count &* step {
                let high = low &+ half &* step
                let (x, y) = unsafe (real[high], imaginary[high])
                let (re, im) = (x * c - y * s, x * s + y * c)
                unsafe real[high] = real[low] - re
                unsafe imaginary[high] = imaginary[low] - im
                unsafe real[low] += re
                unsafe imaginary[low] += im
                low &+= length &* step
            }
        }
    }

    /// Transforms a square of values, first by rows and then by columns.
    ///
    /// The inverse is the same with conjugated input and output.
    func transformSquare(_ real: inout [Float], _ imaginary: inout [Float]) {
        guard count > 1, real.count == count * count, imaginary.count == real.count else { return }
        unsafe real.withUnsafeMutableBufferPointer { real in
            unsafe imaginary.withUnsafeMutableBufferPointer { imaginary in
                guard let re = real.baseAddress, let im = imaginary.baseAddress else { return }
                for row in 0..<count { unsafe transform(re + row * count, im + row * count, step: 1) }
                for column in 0..<count { unsafe transform(re + column, im + column, step: count) }
            }
        }
    }
}
