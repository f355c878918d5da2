import Devices
import Pickle
import Testing

/// What every camera must do.
struct CameraContract {
    /// A camera that takes images by software triggers, fast.
    private func enabled(_ maker: Maker<any Camera>) throws -> any Camera {
        let camera = try maker.open()
        try camera.setTrigger(.software, .once)
        try camera.expose(for: 0.001)
        try camera.enable()
        return camera
    }

    private func image(of camera: any Camera) throws -> Frame {
        try Client(camera).call("soft_trigger")
        let frame = try camera.dataSource.frame()
        return frame.transformed(by: camera.transforms.total, pool: FramePool())
    }

    @Test(arguments: Makers.cameras) func hasTheMembersOfACamera(maker: Maker<any Camera>) throws {
        let interface = Client(try maker.open()).interface
        let methods = [
            "abort", "get_binning", "get_cycle_time", "get_exposure_time", "get_roi", "get_sensor_shape",
            "get_transform", "set_binning", "set_exposure_time", "set_roi", "set_transform", "set_trigger",
            "soft_trigger", "trigger",
        ]
        #expect(Set(interface.methodNames).isSuperset(of: methods))
        #expect(Set(interface.propertyNames).isSuperset(of: ["trigger_mode", "trigger_type"]))
    }

    @Test(arguments: Makers.cameras) func firstImageIsOfTheWholeSensor(maker: Maker<any Camera>) throws {
        let camera = try enabled(maker)
        let shape = try camera.sensorShape
        #expect(try camera.roi == ROI(left: 0, top: 0, width: shape.width, height: shape.height))
        #expect(try image(of: camera).array.shape == [shape.height, shape.width])
    }

    @Test(arguments: Makers.cameras) func eachTriggerGivesOneImage(maker: Maker<any Camera>) throws {
        let camera = try enabled(maker)
        for _ in 0..<3 { try camera.trigger() }
        for _ in 0..<3 { _ = try camera.dataSource.frame() }
        #expect(try camera.dataSource.next(within: .milliseconds(3)) == nil)
    }

    @Test(arguments: Makers.cameras) func triggersBeforeEnableDoNotCount(maker: Maker<any Camera>) throws {
        let camera = try maker.open()
        // Whether it is refused or ignored is the camera's to say.
        try? camera.trigger()
        try camera.enable()
        #expect(try camera.dataSource.next(within: .milliseconds(3)) == nil)
    }

    @Test(arguments: Makers.cameras, [[1, 1], [2, 2], [3, 1], [4, 7]])
    func imageHasTheSidesOfTheROIOverTheBinning(maker: Maker<any Camera>, binning: [Int]) throws {
        let camera = try enabled(maker)
        let client = Client(camera)
        do {
            try client.call("set_binning", .tuple(binning.map { .int($0) }))
        } catch let error as DeviceError where error.kind == .unsupported {
            return
        }
        for roi in [ROI(left: 0, top: 0, width: 0, height: 0), ROI(left: 5, top: 3, width: 31, height: 22)] {
            _ = try camera.setROI(roi)
            let (roi, binning) = (try camera.roi, try camera.binning)
            #expect(try image(of: camera).array.shape == [roi.height / binning.v, roi.width / binning.h])
        }
    }

    @Test(arguments: Makers.cameras) func turnedImageHasTheSidesThatClientsSee(maker: Maker<any Camera>) throws {
        let camera = try enabled(maker)
        try Client(camera).call("set_transform", .tuple([true, false, true]))
        let shape = try camera.shape
        #expect(try image(of: camera).array.shape == [shape.height, shape.width])
        #expect(shape == (try camera.sensorShape).transposed)
    }

    @Test(arguments: Makers.cameras) func roiCanBeSetToWhatItIs(maker: Maker<any Camera>) throws {
        let client = Client(try maker.open())
        let roi = try client.call("get_roi")
        #expect(try client.call("set_roi", roi) == true)
        #expect(try client.call("get_roi") == roi)
    }

    @Test(arguments: Makers.cameras) func cycleIsNoShorterThanTheExposure(maker: Maker<any Camera>) throws {
        let client = Client(try maker.open())
        try client.call("set_exposure_time", 0.25)
        #expect(try client.call("get_exposure_time") == 0.25)
        let cycle = try #require(Double(python: try client.call("get_cycle_time")))
        #expect(cycle >= 0.25)
    }

    @Test(arguments: Makers.cameras) func exposureTimeMayBeChangedWhileEnabled(maker: Maker<any Camera>) throws {
        let camera = try enabled(maker)
        try camera.expose(for: 0.002)
        _ = try image(of: camera)
        #expect(try camera.exposureTime == 0.002)
    }

    @Test(arguments: Makers.cameras) func triggerThatItDoesNotHaveIsUnsupported(maker: Maker<any Camera>) throws {
        let camera = try maker.open()
        let (type, mode) = (try camera.triggerType, try camera.triggerMode)
        for wanted in TriggerType.allCases {
            do { try camera.setTrigger(wanted, .strobe) } catch let error as DeviceError {
                #expect(error.kind == .unsupported)
                #expect(try camera.triggerType == type)
                #expect(try camera.triggerMode == mode)
            }
        }
    }
}
