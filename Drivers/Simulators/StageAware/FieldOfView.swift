internal import Devices
internal import Pickle

/// The part of a specimen that a camera sees, as stage, wheel and pixel size were when the trigger came.
struct FieldOfView: Subject {
    let specimen: Specimen
    let channel: Int
    /// Where the middle of the sensor looks, in pixels of the specimen.
    let centre: (x: Double, y: Double)
    /// How much the picture is out of focus: the width of the gaussian that blurs it, in pixels.
    let sigma: Double
    /// The light on it, of the most that there is.
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
        // The buffer was made for these sides.
        return Frame(width: picture.width, height: picture.height, Value.dtype, pixels: Bytes(buffer))!
    }

    /// What lies before the ROI and, for the blur, around it; black where the specimen has ended.
    ///
    /// Turned by half a turn, as behind the lens.
    private func picture<Value: BinaryInteger>(of plane: [Value], _ settings: SensorSettings, margin: Int) -> Picture {
        let (shape, roi) = (settings.shape, settings.roi)
        var picture = Picture(width: roi.width + 2 * margin, height: roi.height + 2 * margin)
        // The specimen's pixel at the picture's top left; those that follow lie to its left and above it.
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
        // Where 32 bits do not reach there is no specimen any more.
        Int(Int32(exactly: (centre - Double(side) / 2).rounded(.down)) ?? .min)
    }
}
