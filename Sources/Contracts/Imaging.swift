internal import Devices

/// Takes images of a camera in the way that it offers, by software triggers or else running by itself.
struct Imaging {
    let camera: any Camera
    /// Whether each image needs a trigger; otherwise they come for as long as the camera is enabled.
    let isTriggered: Bool
    private let trial: Trial

    /// Sets the camera's trigger, and the shortest exposure that is not unusual.
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
                throw NotTried("it takes images by hardware triggers only")
            }
            return false
        }
    }

    /// An image, as it comes from the camera.
    func image() throws -> Frame {
        if isTriggered { try camera.trigger() }
        return try next()
    }

    /// The next image that was asked for already.
    func next() throws -> Frame {
        guard case .frame(let frame) = try trial.datum(of: camera).content else {
            throw DeviceError(.failed, "a camera sent a value, not an image")
        }
        return frame
    }

    /// The sides that an image should have: those of the ROI over the binning, as the camera tells them.
    var expectedSides: [Int] {
        get throws {
            let (roi, binning) = (try camera.roi, try camera.binning)
            guard binning.h > 0, binning.v > 0 else { throw DeviceError(.failed, "it tells a binning of \(binning)") }
            let size = roi.imageSize(binning)
            return [size.width, size.height]
        }
    }

    /// The sides of an image as clients get it: width and height.
    ///
    /// - Parameter expected: what they should be after a change; one that runs by itself may have taken some before.
    func sides(expecting expected: [Int]) throws -> [Int] {
        var sides: [Int] = []
        for _ in 0..<(isTriggered ? 1 : 8) where sides != expected {
            let frame = try image().transformed(by: camera.transforms.total, pool: FramePool())
            sides = [frame.width, frame.height]
        }
        return sides
    }
}
