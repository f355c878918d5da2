internal import Devices

/// A session of taking images, by software triggers if the camera supports them, otherwise free-running.
struct Imaging {
    let camera: any Camera
    /// Whether each image needs a trigger; otherwise images come while the camera is enabled.
    let isTriggered: Bool
    private let trial: Trial

    /// Sets the trigger of the camera, and a short exposure that every camera supports.
    init(of camera: any Camera, _ trial: Trial) throws {
        (self.camera, self.trial) = (camera, trial)
        isTriggered = try Self.setTrigger(of: camera)
        try camera.expose(for: 0.001)
    }

    private static func setTrigger(of camera: any Camera) throws -> Bool {
        do {
            try camera.setTrigger(.software, .once)
            return true
        } catch let error as DeviceError where error.kind == .unsupported {
            guard try camera.triggerType == .software else {
                throw NotTried("it has hardware triggers only")
            }
            return false
        }
    }

    /// An image as the camera sends it.
    func image() throws -> Frame {
        if isTriggered { try camera.trigger() }
        return try next()
    }

    /// The next image of those already requested.
    func next() throws -> Frame {
        guard case .frame(let frame) = try trial.datum(of: camera).content else {
            throw DeviceError(.failed, "a camera sent a value, not an image")
        }
        return frame
    }

    /// The size that an image should have: the ROI divided by the binning.
    var expectedSides: [Int] {
        get throws {
            let (roi, binning) = (try camera.roi, try camera.binning)
            guard binning.h > 0, binning.v > 0 else { throw DeviceError(.failed, "it reports a binning of \(binning)") }
            let size = roi.imageSize(binning)
            return [size.width, size.height]
        }
    }

    /// The size of an image as clients get it: width and height.
    ///
    /// - Parameter expected: the size after a change; a free-running camera may send some images from before it.
    func sides(expecting expected: [Int]) throws -> [Int] {
        var sides: [Int] = []
        for _ in 0..<(isTriggered ? 1 : 8) where sides != expected {
            let frame = try image().transformed(by: camera.transforms.total, pool: FramePool())
            sides = [frame.width, frame.height]
        }
        return sides
    }
}
