import Contracts
import Devices
import Pickle
import Testing

@testable import AndorSDK3

/// The driver with each model of camera.
struct AndorCameraTests {
    static let models = ["zyla-4.2", "zyla-5.5", "neo-5.5", "sona"]

    @Test(arguments: models) func isKnownByItsSerialNumber(model: String) throws {
        let camera = try World("camera \(model) VSC-01234").open()
        #expect(camera.serialNumber == "VSC-01234")
        #expect(try Client(camera).setting("serial_number") == "VSC-01234")
        #expect(camera.typeName == "AndorSDK3")
    }

    @Test(arguments: models) func imageShowsTheSensor(model: String) throws {
        let camera = try World("camera \(model) VSC-01234").open()
        try camera.ready()
        let (image, shape) = (try camera.triggeredImage(), try camera.sensorShape)
        #expect(image.array.shape == [shape.height, shape.width])
        #expect(image[1, 0] == 1234)
        #expect(image[17, 23] == light(17, 23))
        #expect(image[shape.width - 1, shape.height - 1] == light(shape.width - 1, shape.height - 1))
    }

    @Test func imagesAreCounted() throws {
        let camera = try World("camera zyla-4.2 VSC-01234").open()
        try camera.ready()
        for number in 0..<5 { #expect(try camera.triggeredImage()[0, 0] == number) }
    }

    @Test(arguments: ["zyla-4.2", "sona", "simcam"], [Binning(h: 1, v: 1), Binning(h: 2, v: 2), Binning(h: 3, v: 1)])
    func roiIsInPixelsOfTheSensor(model: String, binning: Binning) throws {
        let camera = try World("camera \(model) VSC-7").open(0, .init(model: model == "simcam" ? "SIMCAM" : nil))
        if model == "simcam" { try camera.setTrigger(.software, .strobe) }
        #expect(try camera.setBinning(binning))
        #expect(try camera.setROI(ROI(left: 101, top: 57, width: 331, height: 122)))
        #expect(try camera.roi == ROI(left: 101, top: 57, width: 331, height: 122))
        try camera.enable()
        if model != "simcam" { try camera.trigger() }
        let image = try camera.image()
        #expect(image.array.shape == [122 / binning.v, 331 / binning.h])
        #expect(image[3, 2] == light(101 + 3 * binning.h, 57 + 2 * binning.v))
    }

    @Test(arguments: ["moves", "strict"]) func roiCanGrowAndMoveToTheEdges(area: String) throws {
        let camera = try World("area \(area)\ncamera zyla-4.2 VSC-7").open()
        let corners = [
            ROI(left: 2000, top: 2000, width: 48, height: 48), ROI(left: 0, top: 0, width: 2048, height: 2048),
            ROI(left: 1, top: 1, width: 2047, height: 2047), ROI(left: 0, top: 2047, width: 1, height: 1),
            ROI(left: 5, top: 3, width: 31, height: 22),
        ]
        for roi in corners {
            #expect(try camera.setROI(roi))
            #expect(try camera.roi == roi)
        }
    }

    @Test func areaThatGrowsMovesIntoTheSensor() throws {
        let client = Client(try World("camera zyla-4.2 VSC-7").open())
        for (name, value) in [("aoi_width", 512), ("aoi_left", 769), ("aoi_height", 300), ("aoi_top", 900)] {
            try client.change(name, to: .int(value))
        }
        try client.change("aoi_width", to: .int(2048))
        #expect(try client.setting("aoi_left") == .int(1))
        #expect(try client.setting("aoi_top") == .int(900))
        try client.change("aoi_height", to: .int(2000))
        #expect(try client.setting("aoi_top") == .int(49))
        #expect(throws: SettingError.self) { try client.change("aoi_top", to: .int(50)) }
    }

    @Test func areaThatIsLimitedByItsPositionRefusesToGrow() throws {
        let client = Client(try World("area strict\ncamera zyla-4.2 VSC-7").open())
        for (name, value) in [("aoi_width", 512), ("aoi_left", 769)] { try client.change(name, to: .int(value)) }
        #expect(throws: SettingError.self) { try client.change("aoi_width", to: .int(2048)) }
        #expect(try client.setting("aoi_width") == .int(512))
    }

    @Test func roiStaysWhenTheBinningChanges() throws {
        let camera = try World("camera zyla-5.5 VSC-7").open()
        let roi = ROI(left: 10, top: 20, width: 101, height: 67)
        #expect(try camera.setROI(roi))
        for binning in [Binning(h: 2, v: 2), Binning(h: 3, v: 3), Binning(h: 1, v: 1), Binning(h: 8, v: 5)] {
            _ = try camera.setBinning(binning)
            #expect(try camera.binning == binning)
            #expect(try camera.roi == roi)
        }
    }

    @Test func oldNeoShowsTheSmallestAreaAroundTheROI() throws {
        let camera = try World("camera neo-5.5 SCC-1").open()
        #expect(try !camera.setROI(ROI(left: 1230, top: 1020, width: 100, height: 90)))
        #expect(try camera.roi == ROI(left: 1224, top: 1016, width: 144, height: 128))
        try camera.ready()
        #expect(try camera.triggeredImage()[5, 6] == light(1229, 1022))
        #expect(try camera.setROI(ROI(left: 0, top: 0, width: 0, height: 0)))
        #expect(try camera.roi == ROI(left: 0, top: 0, width: 2592, height: 2160))
    }

    @Test func oldNeoHasOnlySquareBinnings() throws {
        let camera = try World("camera neo-5.5 SCC-1").open()
        #expect(try camera.setBinning(Binning(h: 4, v: 4)))
        #expect(try camera.binning == Binning(h: 4, v: 4))
        let error = #expect(throws: DeviceError.self) { try camera.setBinning(Binning(h: 3, v: 1)) }
        #expect(error?.kind == .unsupported)
        #expect(try camera.binning == Binning(h: 4, v: 4))
    }

    @Test func exposureGoesToTheNearestPossible() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        for (asked, got) in [(0.25, 0.25), (1000, 30), (0, 1e-5), (0.123_456_7, 0.12346)] {
            try camera.expose(for: asked)
            #expect(try camera.exposureTime == got)
        }
        try camera.expose(for: 0.05)
        #expect(abs(try camera.cycleTime - 0.06) < 1e-9)
    }

    @Test func exposureBelowWhatARunningCameraCanDoPausesIt() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        try camera.ready(exposing: 0.02)
        #expect(try camera.triggeredImage()[0, 0] == 0)
        try camera.expose(for: 0.002)
        #expect(try camera.exposureTime == 0.002)
        // The camera counts from its start.
        #expect(try camera.triggeredImage()[0, 0] == 0)
        try camera.expose(for: 0.003)
        #expect(try camera.triggeredImage()[0, 0] == 1)
    }

    @Test func triggersMapToTheModesOfTheSDK() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        #expect(try camera.camera.label("TriggerMode") == "Software")
        let modes: [(TriggerType, TriggerMode, String)] = [
            (.risingEdge, .once, "External"), (.risingEdge, .bulb, "External Exposure"),
            (.risingEdge, .start, "External Start"), (.software, .strobe, "Internal"), (.software, .once, "Software"),
        ]
        for (type, mode, label) in modes {
            try camera.setTrigger(type, mode)
            #expect(try camera.camera.label("TriggerMode") == label)
            #expect(try camera.triggerType == type)
            #expect(try camera.triggerMode == mode)
        }
        #expect(throws: DeviceError.self) { try camera.setTrigger(.fallingEdge, .once) }
    }

    @Test func externalTriggersGiveImages() throws {
        let camera = try World("camera zyla-4.2 VSC-7\nexternal-rate 200").open()
        try camera.setTrigger(.risingEdge, .once)
        try camera.expose(for: 0.001)
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 64, height: 64))
        try camera.enable()
        for number in 0..<5 { #expect(try camera.image()[0, 0] == number) }
        let error = #expect(throws: DeviceError.self) { try camera.trigger() }
        #expect(error?.kind == .incompatibleState)
    }

    @Test func cameraRunsByItself() throws {
        let camera = try World("camera sona VSC-7").open()
        try camera.setTrigger(.software, .strobe)
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 64, height: 64))
        try camera.expose(for: 0.001)
        #expect(try camera.camera.float("FrameRate") > 500)
        try Client(camera).change("frame_rate", to: 200.0)
        try camera.enable()
        for number in 0..<20 { #expect(try camera.image()[0, 0] == number) }
        let error = #expect(throws: DeviceError.self) { try camera.trigger() }
        #expect(error?.kind == .incompatibleState)
    }

    @Test func shutteringModeIsWhatTheModelHas() throws {
        let zyla55 = try World("camera zyla-5.5 VSC-7").open()
        try zyla55.setShutteringMode(.global)
        #expect(try zyla55.shutteringMode == .global)
        let zyla42 = try World("camera zyla-4.2 VSC-8").open()
        let error = #expect(throws: DeviceError.self) { try zyla42.setShutteringMode(.global) }
        #expect(error?.kind == .unsupported)
        #expect(try zyla42.shutteringMode == .rolling)
    }

    @Test func readoutTransformComesFromTheConfiguration() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        #expect(camera.transforms.total == .identity)
        #expect(throws: Never.self) { try Client(camera).call("set_transform", .tuple([true, false, true])) }
        #expect(camera.transforms.total == Transform(flipsLeftRight: true, rotates: true))
        try camera.shutdown()
        var configuration = AndorSDK3Camera.Configuration()
        configuration.readoutTransform = Transform(flipsUpDown: true)
        let other = try World("camera zyla-4.2 VSC-7").open(0, configuration)
        #expect(other.transforms.total == Transform(flipsUpDown: true))
    }

    @Test func coolingIsOnUnlessConfigured() throws {
        let world = try World("camera zyla-4.2 VSC-7")
        let camera = try world.open()
        #expect(try camera.camera.bool("SensorCooling"))
        #expect(try Client(camera).setting("temperature_status") == 1)
        try camera.shutdown()
        var configuration = AndorSDK3Camera.Configuration()
        configuration.cooling = false
        #expect(try !world.open(0, configuration).camera.bool("SensorCooling"))
    }

    @Test func timeIsThatOfTheExposure() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        try camera.ready(exposing: 0.3)
        let before = Timestamp.now
        try camera.trigger()
        let (_, time) = try camera.datum()
        // The time stamp is that of the start of the exposure.
        #expect(Timestamp.now - time >= 0.3)
        #expect(time >= before - 0.02)
    }

    @Test func simCamIsTakenOnlyWhenAskedFor() throws {
        let world = try World("camera zyla-4.2 VSC-7\ncamera simcam SIMU-1")
        let candidate = try AndorSDK3Camera.candidate(1, of: try world.load(), .init(), log: DeviceLog())
        guard case .unwanted(let text) = candidate else {
            Issue.record("the SimCam was taken")
            return
        }
        #expect(text == "SIMU-1, a SIMCAM CMOS")
        let camera = try world.open(1, .init(model: "SIMCAM"))
        #expect(camera.serialNumber == "SIMU-1")
        #expect(try camera.triggerType == .software)
        #expect(try camera.triggerMode == .strobe)
        #expect(throws: DeviceError.self) { try camera.setTrigger(.software, .once) }
    }

    @Test func severalCamerasWorkSideBySide() throws {
        let world = try World("camera zyla-4.2 VSC-1\ncamera zyla-5.5 VSC-2\ncamera sona VSC-3")
        let cameras = try (0..<3).map { try world.open($0) }
        for camera in cameras { try camera.ready() }
        for camera in cameras { try camera.trigger() }
        #expect(try cameras.map { try $0.image()[1, 0] } == [1, 2, 3])
        try cameras[1].shutdown()
        try cameras[0].trigger()
        #expect(try cameras[0].image()[0, 0] == 1)
    }
}
