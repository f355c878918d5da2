internal import Devices

/// For each pixel of the transmitted half, the pixels of a frame that show the same place in its reflected half.
struct ResamplingMap: Sendable {
    /// The sides of a half, in binned pixels.
    let width, height: Int
    /// The offset in the frame of the first of four by four pixels; -1 outside of the reflected half.
    let starts: [Int32]
    /// The position between the second and the third of them, in 256ths.
    let across, down: [UInt8]

    /// The weights of four pixels for each 256th.
    static let weights: [SIMD4<Float>] = (0..<256).map { CubicKernel.weights((Float($0) + 0.5) / 256) }

    /// Nil if the frame is too large or too small.
    ///
    /// - Parameters:
    ///   - mapping: between the halves of the whole sensor, without binning.
    ///   - binning: has to divide the sides of the halves.
    init?(_ mapping: Mapping, _ layout: HalfLayout, _ binning: Binning) {
        guard binning.h > 0, binning.v > 0 else { return nil }
        (width, height) = (mapping.width / binning.h, mapping.height / binning.v)
        guard width >= 4, height >= 4, width * 2 * height <= Int(Int32.max) else { return nil }
        var starts = [Int32](repeating: -1, count: width * height)
        var (across, down) = ([UInt8](repeating: 0, count: starts.count), [UInt8](repeating: 0, count: starts.count))
        let first = layout.reflectedStart(width)
        for y in 0..<height {
            let py = (Double(y) + 0.5) * Double(binning.v) - 0.5
            for x in 0..<width {
                let px = (Double(x) + 0.5) * Double(binning.h) - 0.5
                let place = mapping.place(px, py)
                let u = layout.flipsColumns ? Double(mapping.width - 1) - place.x : place.x
                let v = layout.flipsRows ? Double(mapping.height - 1) - place.y : place.y
                guard let column = Self.start((u + 0.5) / Double(binning.h) - 0.5, width),
                    let row = Self.start((v + 0.5) / Double(binning.v) - 0.5, height)
                else { continue }
                let index = y * width + x
                starts[index] = Int32(row.start * 2 * width + first + column.start)
                (across[index], down[index]) = (column.fraction, row.fraction)
            }
        }
        (self.starts, self.across, self.down) = (starts, across, down)
    }

    /// The first of four pixels around a position along a side; nil beyond its ends.
    private static func start(_ place: Double, _ side: Int) -> (start: Int, fraction: UInt8)? {
        guard place >= -0.5, place <= Double(side) - 0.5 else { return nil }
        // Near an end the outermost four pixels are used.
        let inner = min(max(place, 1), Double(side - 2) - 1.0 / 512)
        let column = Int(inner)
        return (column - 1, UInt8(clamping: Int((inner - Double(column)) * 256)))
    }

    /// Passes on the data of a row: the offsets, the fractions, and the weights of all fractions.
    func withUnsafeRow(
        _ row: Int,
        _ body: (
            UnsafePointer<Int32>, UnsafePointer<UInt8>, UnsafePointer<UInt8>, UnsafePointer<SIMD4<Float>>
        ) -> Void
    ) {
        let first = row * width
        unsafe starts.withUnsafeBufferPointer { starts in
            unsafe across.withUnsafeBufferPointer { across in
                unsafe down.withUnsafeBufferPointer { down in
                    unsafe Self.weights.withUnsafeBufferPointer { weights in
                        guard let starts = starts.baseAddress, let across = across.baseAddress,
                            let down = down.baseAddress, let weights = weights.baseAddress
                        else { return }
                        unsafe body(starts + first, across + first, down + first, weights)
                    }
                }
            }
        }
    }
}

/// The weights of four neighbours for a position between the second and the third, for cubic convolution (Keys, IEEE
/// Transactions on Acoustics, Speech and Signal Processing 29, 1153–1160, 1981; with a = -1/2).
enum CubicKernel {
    /// - Parameter fraction: the position between the second (0) and the third (1).
    static func weights(_ fraction: Float) -> SIMD4<Float> {
        let t = fraction
        return SIMD4(
            ((-0.5 * t + 1) * t - 0.5) * t,
            (1.5 * t - 2.5) * t * t + 1,
            ((-1.5 * t + 2) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t
        )
    }
}
