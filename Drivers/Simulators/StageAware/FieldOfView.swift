internal import Devices
internal import Glibc
internal import Pickle

/// The part of a specimen that a camera sees, for stage, wheel and pixel size at the time of the trigger.
struct FieldOfView: Subject {
    let specimen: Specimen
    let channel: Int
    /// The centre of the sensor, in pixels of the specimen.
    let centre: (x: Double, y: Double)
    /// The defocus: the width of the Gaussian blur, in pixels.
    let sigma: Double
    /// The illumination, as a fraction of full power.
    let brightness: Float
    let pool: FramePool

    func image(_ settings: SensorSettings, number: Int) -> Frame {
        switch specimen.channels {
        case .uint8(let channels): image(of: channels[channel], settings)
        case .uint16(let channels): image(of: channels[channel], settings)
        }
    }

    private func image<Value: Pixel & BinaryInteger>(of plane: [Value], _ settings: SensorSettings) -> Frame {
        let kernel = Blur.kernel(sigma)
        let picture = picture(of: plane, settings, margin: kernel.count / 2).blurred(by: kernel).joined(
            settings.binning
        )
        let buffer = pool.buffer(byteCount: picture.pixels.count * MemoryLayout<Value>.stride)
        unsafe buffer.write { memory in
            let canvas = unsafe Canvas<Value>(memory, width: picture.width, height: picture.height)
            for y in 0..<picture.height {
                canvas.paint(row: y) { x in Value(level: Int(picture[x, y] * brightness + 0.5)) }
            }
        }
        // The buffer has been made for these sides.
        return Frame(width: picture.width, height: picture.height, Value.dtype, pixels: Bytes(buffer))!
    }

    /// The specimen behind the ROI and, for the blur, around it; black beyond the specimen.
    ///
    /// Rotated by half a turn, as behind the lens.
    private func picture<Value: BinaryInteger>(of plane: [Value], _ settings: SensorSettings, margin: Int) -> Picture {
        let (shape, roi) = (settings.shape, settings.roi)
        var picture = Picture(width: roi.width + 2 * margin, height: roi.height + 2 * margin)
        // The specimen's pixel at the picture's top left; the following ones lie to its left and above it.
        let right = Self.start(centre.x, shape.width) + shape.width - 1 - (roi.left - margin)
        let bottom = Self.start(centre.y, shape.height) + shape.height - 1 - (roi.top - margin)
        let columns = (right + 1 - specimen.width..<right + 1).clamped(to: 0..<picture.width)
        let rows = (bottom + 1 - specimen.height..<bottom + 1).clamped(to: 0..<picture.height)
        for y in rows {
            let start = (bottom - y) * specimen.width + right
            for x in columns { picture[x, y] = Float(plane[start - x]) }
        }
        return picture
    }

    /// The first of the specimen's pixels along a side of the sensor that is centred there.
    private static func start(_ centre: Double, _ side: Int) -> Int {
        // Beyond the reach of 32 bits there is no specimen.
        Int(Int32(exactly: (centre - Double(side) / 2).rounded(.down)) ?? .min)
    }
}

/// Brightnesses for calculations.
struct Picture {
    let width, height: Int
    private(set) var pixels: [Float]

    /// A black picture.
    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [Float](repeating: 0, count: width * height)
    }

    subscript(x: Int, y: Int) -> Float {
        get { pixels[y * width + x] }
        set { pixels[y * width + x] = newValue }
    }

    /// Bins pixels to their mean; incomplete bins at the edges are left out.
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

    /// Smaller than the original by the width of the kernel.
    func blurred(by kernel: [Float]) -> Picture {
        guard kernel.count > 1 else { return self }
        let margin = kernel.count - 1
        return weighted(by: kernel, step: width, Picture(width: width, height: height - margin))
            .weighted(by: kernel, step: 1, Picture(width: width - margin, height: height - margin))
    }

    /// Weighted sums over pixels that lie a step apart; the first pixel has the place of the sum.
    private func weighted(by kernel: [Float], step: Int, _ result: consuming Picture) -> Picture {
        let (width, height) = (result.width, result.height)
        unsafe pixels.withUnsafeBufferPointer { source in
            unsafe result.pixels.withUnsafeMutableBufferPointer { sums in
                for y in 0..<height {
                    for (index, weight) in kernel.enumerated() {
                        let (from, to) = (y * self.width + index * step, y * width)
                        // Without bounds checks, so that several are calculated at a time.
                        for x in 0..<width { unsafe sums[to &+ x] += weight * source[from &+ x] }
                    }
                }
            }
        }
        return result
    }
}

/// A Gaussian blur, the same along rows and columns.
enum Blur {
    /// A wider blur shows nothing more and takes ever longer.
    private static let widest = 25.0

    /// The weights across the kernel, with a sum of 1.
    static func kernel(_ sigma: Double) -> [Float] {
        guard sigma > 0 else { return [1] }
        let sigma = min(sigma, widest)
        let reach = Int((4 * sigma).rounded(.up))
        let weights = (-reach...reach).map { exp(-pow(Double($0) / sigma, 2) / 2) }
        let sum = weights.reduce(0, +)
        return weights.map { Float($0 / sum) }
    }
}
