import Devices
import Pickle
import Testing
import Threads

@testable import AndorSDK3

/// What every camera, data device and device must do, on each model: the contracts of the simulators' tests.
struct AndorContractTests {
    static let models = AndorCameraTests.models + ["simcam"]

    private func open(_ model: String) throws -> AndorSDK3Camera {
        try World("camera \(model) VSC-7").open(0, .init(model: model == "simcam" ? "SIMCAM" : nil))
    }

    /// Enabled and giving images; a SimCam has no triggers and runs by itself.
    private func enabled(_ model: String) throws -> AndorSDK3Camera {
        let camera = try open(model)
        if model != "simcam" { try camera.setTrigger(.software, .once) }
        try camera.expose(for: 0.001)
        try camera.enable()
        return camera
    }

    private func image(_ camera: AndorSDK3Camera) throws -> Frame {
        if try camera.triggerMode == .once { try Client(camera).call("soft_trigger") }
        return try camera.image().transformed(by: camera.transforms.total, pool: FramePool())
    }

    @Test(arguments: models) func hasTheMembersOfACamera(model: String) throws {
        let interface = Client(try open(model)).interface
        let methods = [
            "abort", "add_setting", "describe_setting", "describe_settings", "disable", "enable", "get_all_settings",
            "get_binning", "get_cycle_time", "get_exposure_time", "get_is_enabled", "get_roi", "get_sensor_shape",
            "get_setting", "get_transform", "initialize", "set_binning", "set_exposure_time", "set_roi",
            "set_setting", "set_transform", "set_trigger", "shutdown", "soft_trigger", "trigger", "update_settings",
        ]
        #expect(Set(interface.methodNames).isSuperset(of: methods))
        #expect(Set(interface.propertyNames).isSuperset(of: ["trigger_mode", "trigger_type"]))
    }

    @Test(arguments: models) func canBeEnabledAndDisabledAgainAndAgain(model: String) throws {
        let camera = try open(model)
        let client = Client(camera)
        #expect(try client.call("get_is_enabled") == false)
        for _ in 0..<2 {
            try client.call("disable")
            for _ in 0..<2 { try client.call("enable") }
            #expect(try client.call("get_is_enabled") == true)
        }
        try client.call("shutdown")
        #expect(try client.call("get_is_enabled") == false)
    }

    @Test(arguments: models) func firstImageIsOfTheWholeSensor(model: String) throws {
        let camera = try enabled(model)
        let shape = try camera.sensorShape
        #expect(try camera.roi == ROI(left: 0, top: 0, width: shape.width, height: shape.height))
        #expect(try image(camera).array.shape == [shape.height, shape.width])
    }

    @Test(arguments: AndorCameraTests.models) func eachTriggerGivesOneImage(model: String) throws {
        let camera = try enabled(model)
        for _ in 0..<3 { try camera.trigger() }
        for number in 0..<3 { #expect(try camera.image()[0, 0] == number) }
        #expect(try camera.dataSource.next(within: .milliseconds(30)) == nil)
    }

    @Test(arguments: AndorCameraTests.models) func triggersBeforeEnableDoNotCount(model: String) throws {
        let camera = try open(model)
        try? camera.trigger()
        try camera.enable()
        #expect(try camera.dataSource.next(within: .milliseconds(30)) == nil)
    }

    @Test(arguments: models, [[1, 1], [2, 2], [3, 1], [4, 7]])
    func imageHasTheSidesOfTheROIOverTheBinning(model: String, binning: [Int]) throws {
        let camera = try enabled(model)
        do {
            try Client(camera).call("set_binning", .tuple(binning.map { .int($0) }))
        } catch let error as DeviceError where error.kind == .unsupported { return }
        for roi in [ROI(left: 0, top: 0, width: 0, height: 0), ROI(left: 5, top: 3, width: 31, height: 22)] {
            _ = try camera.setROI(roi)
            let (roi, binning) = (try camera.roi, try camera.binning)
            #expect(try image(camera).array.shape == [roi.height / binning.v, roi.width / binning.h])
        }
    }

    @Test(arguments: models) func turnedImageHasTheSidesThatClientsSee(model: String) throws {
        let camera = try enabled(model)
        try Client(camera).call("set_transform", .tuple([true, false, true]))
        let shape = try camera.shape
        #expect(try image(camera).array.shape == [shape.height, shape.width])
        #expect(shape == (try camera.sensorShape).transposed)
    }

    @Test(arguments: models) func roiCanBeSetToWhatItIs(model: String) throws {
        let client = Client(try open(model))
        let roi = try client.call("get_roi")
        #expect(try client.call("set_roi", roi) == true)
        #expect(try client.call("get_roi") == roi)
    }

    @Test(arguments: models) func cycleIsNoShorterThanTheExposure(model: String) throws {
        let client = Client(try open(model))
        try client.call("set_exposure_time", 0.25)
        #expect(try client.call("get_exposure_time") == 0.25)
        #expect(try #require(Double(python: try client.call("get_cycle_time"))) >= 0.25)
    }

    @Test(arguments: models) func exposureTimeMayBeChangedWhileEnabled(model: String) throws {
        let camera = try enabled(model)
        try camera.expose(for: 0.002)
        _ = try image(camera)
        #expect(try camera.exposureTime == 0.002)
    }

    @Test(arguments: models) func triggerThatItDoesNotHaveIsUnsupported(model: String) throws {
        let camera = try open(model)
        let (type, mode) = (try camera.triggerType, try camera.triggerMode)
        for wanted in [TriggerType.risingEdge, .fallingEdge, .pulse] {
            let error = #expect(throws: DeviceError.self) { try camera.setTrigger(wanted, .strobe) }
            #expect(error?.kind == .unsupported)
            #expect(try camera.triggerType == type)
            #expect(try camera.triggerMode == mode)
        }
    }

    @Test(arguments: models) func sendsNothingWhileDisabledOrAborted(model: String) throws {
        let camera = try open(model)
        let source = camera.dataSource
        #expect(try source.next(within: .milliseconds(3)) == nil)
        try camera.enable()
        #expect(camera.dataSource === source)
        try camera.disable()
        #expect(try source.next(within: .milliseconds(3)) == nil)
        try camera.enable()
        try Client(camera).call("abort")
        #expect(try source.next(within: .milliseconds(3)) == nil)
    }

    @Test(arguments: models) func waitForNothingLastsAsLongAsItMay(model: String) throws {
        let camera = try open(model)
        if model != "simcam" { try camera.enable() }
        let begin = ContinuousClock.now
        #expect(try camera.dataSource.next(within: .milliseconds(5)) == nil)
        #expect(ContinuousClock.now - begin >= .milliseconds(5))
    }

    @Test(arguments: models) func interruptionEndsAWaitAndLosesNothing(model: String) throws {
        let camera = try enabled(model)
        if try camera.triggerMode == .once { try camera.trigger() }
        camera.dataSource.interrupt()
        #expect(try camera.dataSource.next(within: patience) == nil)
        #expect(try camera.dataSource.next(within: patience) != nil)
        try camera.disable()
        let source = camera.dataSource
        let ended = Monitor(false)
        let reader = BlockingThread("reader") {
            _ = try? source.next(within: patience)
            ended.update { $0 = true }
        }
        source.interrupt()
        #expect(ended.wait(within: patience / 2) { $0 ? true : nil } == true)
        reader.join()
    }
}
