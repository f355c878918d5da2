internal import Glibc

/// A fast Fourier transform of a number of values that is a power of two (Cooley and Tukey 1965).
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

    /// Transforms a square of values, row by row and then column by column.
    ///
    /// The way back is the same with the imaginary parts turned round, before and after.
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
