internal import Devices
internal import Pickle

/// The contracts of the images of every camera.
enum ImageContracts {
    static let all = [
        contract("a camera's image is of the whole sensor by default", isOfTheWholeSensor),
        contract("a camera gives one image for each trigger, however soon they come", eachTriggerGivesOneImage),
        contract("a camera ignores triggers before enable", triggersBeforeEnableDoNotCount),
        contract("a camera takes images again after disable and after abort", takesImagesAgain),
        contract("a camera's image has the size of the ROI divided by the binning", hasTheSidesOfTheROIOverTheBinning),
        contract("a camera's rotated image has the size that clients see", hasTheSidesThatClientsSee),
        contract("a camera's exposure time may be changed while it is enabled", exposureTimeMayBeChanged),
    ]

    private static func contract(
        _ name: String,
        _ tryIt: @escaping @Sendable (any Camera, Trial) throws -> Void
    ) -> Contract {
        Contract(name, enables: true, effects: [.images], tryIt)
    }

    private static func isOfTheWholeSensor(camera: any Camera, trial: Trial) throws {
        let imaging = try Imaging(of: camera, trial)
        _ = try camera.setROI(.whole)
        let (shape, roi) = (try camera.shape, try camera.roi)
        trial.expect("sides of the ROI", [roi.width, roi.height], is: [shape.width, shape.height])
        try camera.enable()
        try expectSides(of: imaging, trial)
    }

    private static func eachTriggerGivesOneImage(camera: any Camera, trial: Trial) throws {
        let imaging = try triggered(camera, trial)
        try camera.enable()
        for trigger in ["trigger", "soft_trigger", "trigger"] { try trial.client.call(trigger) }
        for _ in 0..<3 { _ = try imaging.next() }
        if try camera.dataSource.next(within: camera.silence) != nil { trial.violate("there was a fourth image") }
    }

    private static func triggersBeforeEnableDoNotCount(camera: any Camera, trial: Trial) throws {
        _ = try triggered(camera, trial)
        // The camera may refuse it or ignore it.
        try? camera.trigger()
        try camera.enable()
        if try camera.dataSource.next(within: camera.silence) != nil { trial.violate("there was an image") }
    }

    private static func triggered(_ camera: any Camera, _ trial: Trial) throws -> Imaging {
        let imaging = try Imaging(of: camera, trial)
        guard imaging.isTriggered else { throw NotTried("it has no software triggers") }
        return imaging
    }

    private static func takesImagesAgain(camera: any Camera, trial: Trial) throws {
        let imaging = try Imaging(of: camera, trial)
        for stop in ["disable", "abort", "disable"] {
            try camera.enable()
            _ = try imaging.image()
            try trial.client.call(stop)
        }
        try camera.enable()
        _ = try imaging.image()
    }

    private static func hasTheSidesOfTheROIOverTheBinning(camera: any Camera, trial: Trial) throws {
        let imaging = try Imaging(of: camera, trial)
        try camera.enable()
        for binning in [Binning(h: 1, v: 1), Binning(h: 2, v: 2), Binning(h: 3, v: 1), Binning(h: 4, v: 7)] {
            _ = try camera.setROI(.whole)
            do { try trial.client.call("set_binning", binning.python) } catch let error as DeviceError
                where error.kind == .unsupported
            { continue }
            trial.expect("get_binning()", try camera.binning, is: binning)
            for asked in [ROI.whole, ROI(left: 5, top: 3, width: 31, height: 22)] {
                _ = try camera.setROI(asked)
                try expectSides(of: imaging, trial)
            }
        }
    }

    private static func hasTheSidesThatClientsSee(camera: any Camera, trial: Trial) throws {
        let imaging = try Imaging(of: camera, trial)
        // Few pixels, which are transformed faster.
        _ = try camera.setROI(ROI(left: 5, top: 3, width: 31, height: 22))
        let (shape, roi) = (try camera.shape, try camera.roi)
        try trial.client.call("set_transform", .tuple([true, false, .bool(!camera.transforms.client.rotates)]))
        trial.expect("get_sensor_shape() after a quarter turn", try camera.shape, is: shape.transposed)
        trial.expect("get_roi() after a quarter turn", try camera.roi, is: roi.transposed)
        try camera.enable()
        try expectSides(of: imaging, trial)
    }

    private static func expectSides(of imaging: Imaging, _ trial: Trial) throws {
        let (roi, binning, expected) = (try imaging.camera.roi, try imaging.camera.binning, try imaging.expectedSides)
        let what = "sides of the image with \(roi) and \(binning)"
        trial.expect(what, try imaging.sides(expecting: expected), is: expected)
    }

    private static func exposureTimeMayBeChanged(camera: any Camera, trial: Trial) throws {
        try camera.expose(for: 0.002)
        // The nearest value of the camera while it is disabled.
        let time = try camera.exposureTime
        let imaging = try Imaging(of: camera, trial)
        try camera.enable()
        _ = try imaging.image()
        try camera.expose(for: 0.002)
        _ = try imaging.image()
        trial.expect("get_exposure_time()", try camera.exposureTime, is: time)
    }
}
