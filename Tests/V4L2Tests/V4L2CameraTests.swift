import Contracts
import Devices
import Pickle
import Platform
import SDKCameras
import Testing
import Transports

@testable import V4L2

/// Images, formats, area, triggers and settings.
struct V4L2CameraTests {
    /// Colours of the picture, by ITU-R BT.601: of video in the limited range, of JPEG in the full one.
    private static func colour(_ channel: VideoChannel, light: Int, isJPEG: Bool) -> Int {
        let (y, scale) = isJPEG ? (Double(light), 1) : (Double(light - 16) * 1.164, 255.0 / 224)
        let (u, v) = ((100.0 - 128) * scale, (160.0 - 128) * scale)
        let value =
            switch channel {
            case .red: y + 1.402 * v
            case .green: y - 0.344 * u - 0.714 * v
            default: y + 1.772 * u
            }
        return Int(min(max(value, 0), 255))
    }

    @Test(arguments: ["YUYV", "NV12", "GREY", "BA81"]) func brightnessIsThatOfThePicture(format: String) throws {
        let camera = try Bench().ready(.init(pixelFormat: format))
        let image = try camera.triggeredImage()
        #expect(image.array.shape == [480, 640])
        #expect(image.dtype == .uint8)
        for (x, y) in [(1, 0), (5, 3), (639, 479), (2, 1)] { #expect(image[x, y] == light(x, y)) }
    }

    @Test func sixteenBitsAreKept() throws {
        let image = try Bench().ready(.init(pixelFormat: "Y16")).triggeredImage()
        #expect(image.dtype == .uint16)
        #expect(image[7, 2] == light(7, 2) << 8 | (7 + 28) % 256)
    }

    @Test func compressedImagesAreDecoded() throws {
        let camera = try Bench().ready(.init(pixelFormat: "MJPG", frameSize: SensorShape(width: 1280, height: 720)))
        let image = try camera.triggeredImage()
        #expect(image.array.shape == [720, 1280])
        for (x, y) in [(0, 0), (9, 1), (1279, 719), (640, 360)] {
            #expect(abs(image[x, y] - light(x / 8 * 8, y / 8 * 8)) <= 1)
        }
        _ = try camera.setROI(ROI(left: 100, top: 50, width: 30, height: 20))
        #expect(try abs(camera.triggeredImage()[4, 6] - light(104, 56)) <= 1)
    }

    @Test(arguments: ["YUYV", "NV12", "MJPG"]) func coloursAreTaken(format: String) throws {
        let camera = try Bench().ready(.init(pixelFormat: format))
        _ = try camera.setROI(ROI(left: 16, top: 8, width: 32, height: 16))
        let client = Client(camera)
        func expected(_ channel: VideoChannel, _ x: Int) -> Int {
            Self.colour(channel, light: light(x, 8), isJPEG: format == "MJPG")
        }
        for channel in [VideoChannel.red, .green, .blue] {
            try client.choose("channel", channel.label)
            let image = try camera.triggeredImage()
            #expect(image.array.shape == [16, 32])
            #expect(abs(image[0, 0] - expected(channel, 16)) <= 3)
        }
        try client.choose("channel", "red, green, blue")
        let planes = try camera.triggeredImage()
        #expect(planes.array.shape == [48, 32])
        for (index, channel) in [VideoChannel.red, .green, .blue].enumerated() {
            #expect(abs(planes[8, 16 * index] - expected(channel, 24)) <= 3)
        }
    }

    @Test func greyImagesHaveNoColours() throws {
        let client = Client(try Bench().ready(.init(pixelFormat: "GREY")))
        #expect(try client.choices("channel").map(\.label) == ["luma"])
    }

    @Test func areaIsTakenOutOfTheImage() throws {
        let camera = try Bench().ready()
        #expect(try camera.setROI(ROI(left: 101, top: 33, width: 65, height: 47)))
        let image = try camera.triggeredImage()
        #expect(image.array.shape == [47, 65])
        #expect(image[3, 4] == light(104, 37))
        #expect(try camera.shape == SensorShape(width: 640, height: 480))
    }

    @Test func areaOfAMosaicBeginsWithAWholeCell() throws {
        let camera = try Bench().ready(.init(pixelFormat: "BA81"))
        #expect(try !camera.setROI(ROI(left: 11, top: 6, width: 20, height: 20)))
        #expect(try camera.roi == ROI(left: 10, top: 6, width: 21, height: 20))
        #expect(try camera.triggeredImage()[0, 1] == light(10, 7))
    }

    @Test func anotherSizeHasTheWholeImage() throws {
        let camera = try Bench().ready()
        let client = Client(camera)
        _ = try camera.setROI(ROI(left: 400, top: 300, width: 100, height: 100))
        try client.choose("frame_size", "320x240")
        #expect(try camera.roi == ROI(left: 0, top: 0, width: 320, height: 240))
        #expect(try camera.triggeredImage().array.shape == [240, 320])
        #expect(
            try client.choices("frame_interval").map(\.label) == [
                "60 images/s", "30 images/s", "15 images/s", "5 images/s",
            ]
        )
        try client.choose("frame_interval", "60")
        // A size that the format does not have is not among the choices, and the nearest one is taken with the format.
        try client.choose("pixel_format", "MJPG")
        #expect(try client.choices("frame_size").map(\.label) == ["640x480", "1280x720", "1920x1080"])
        #expect(try camera.triggeredImage().array.shape == [480, 640])
    }

    @Test func exposureIsSetInItsSteps() throws {
        let bench = Bench()
        let camera = try bench.ready()
        #expect(try Client(camera).isReadOnly("exposure_time_absolute"))
        try camera.expose(for: 0.01234)
        #expect(try camera.exposureTime == 0.0123)
        // The camera's own choice is off, and the rate stays.
        #expect(bench.model.state.withLock { $0.value(VideoControl.exposureMode) } == ExposureMode.manual)
        #expect(bench.model.state.withLock { $0.value(VideoControl.exposureChangesRate) } == 0)
        #expect(try !Client(camera).isReadOnly("exposure_time_absolute"))
        try camera.expose(for: 0)
        #expect(try camera.exposureTime == 0.0001)
        try camera.expose(for: 1e6)
        #expect(try camera.exposureTime == 0.5)
        #expect(try camera.cycleTime > 1)
    }

    @Test func settingsAreTheCamerasControls() throws {
        let camera = try Bench().ready()
        let client = Client(camera)
        try client.change("brightness", to: -10)
        #expect(try client.setting("brightness") == -10)
        #expect(try client.choices("auto_exposure").map(\.label) == ["Manual Mode", "Aperture Priority Mode"])
        try client.choose("power_line_frequency", "60 Hz")
        #expect(try client.setting("power_line_frequency") == 2)
        // Rounded by the camera, since the step is 10.
        try client.change("white_balance_automatic", to: false)
        try client.change("white_balance_temperature", to: 5004)
        #expect(try client.setting("white_balance_temperature") == 5000)
        #expect(try client.isReadOnly("privacy"))
        for name in camera.settings.map(\.name) { _ = try client.setting(name) }
        guard case .dict(let control) = try client.call("describe_control", "white_balance_temperature") else {
            throw DeviceError(.failed, "no description")
        }
        #expect(control["unit"] == "K")
        #expect(control["step"] == 10)
        #expect(control["default"] == 4600)
        #expect(control["inactive"] == false)
    }

    @Test func imageBeginsAfterItsTrigger() throws {
        let camera = try Bench().ready(.init(frameRate: 15))
        try camera.expose(for: 0.02)
        for _ in 0..<3 {
            // The kernel's buffers are full of older images by then.
            Pause.wait(for: .milliseconds(300))
            let begin = Timestamp.now
            try camera.trigger()
            let (_, time) = try camera.datum()
            #expect(time - 0.02 >= begin - 0.001)
            #expect(time <= Timestamp.now)
        }
        #expect(camera.acquisition.counts == AcquisitionCounts())
    }

    @Test func triggersAreQueued() throws {
        let camera = try Bench().ready(.init(pixelFormat: "GREY", frameRate: 60))
        for _ in 0..<5 { try camera.trigger() }
        var times: [Double] = []
        for _ in 0..<5 { times.append(try camera.datum().time) }
        #expect(times == times.sorted())
        #expect(Set(times).count == 5)
        #expect(camera.pendingExposures == 0)
    }

    @Test func cameraRunsByItself() throws {
        let camera = try Bench().open(.init(pixelFormat: "GREY", frameRate: 60))
        try camera.setTrigger(.software, .strobe)
        try camera.enable()
        #expect(try (0..<10).map { _ in try camera.image().height } == [Int](repeating: 480, count: 10))
        #expect(throws: DeviceError.self) { try camera.setTrigger(.risingEdge, .once) }
        #expect(throws: DeviceError.self) { try camera.setTrigger(.software, .bulb) }
    }

    @Test func imagesThatTheKernelHasDroppedAreCounted() throws {
        let camera = try Bench().open(.init(pixelFormat: "GREY", frameRate: 60, bufferCount: 2))
        try camera.setTrigger(.software, .strobe)
        try camera.enable()
        _ = try camera.image()
        Pause.wait(for: .milliseconds(300))
        for _ in 0..<6 { _ = try camera.image() }
        #expect(camera.dataSource.lost > 5)
        #expect(try Client(camera).setting("missed_frames") == PythonValue.int(camera.dataSource.lost))
    }

    @Test func stateOfTheCameraStays() throws {
        let bench = Bench()
        let first = try bench.ready(.init(frameSize: SensorShape(width: 320, height: 240)))
        try Client(first).change("gain", to: 42)
        try first.shutdown()
        let second = try bench.open()
        #expect(try second.shape == SensorShape(width: 320, height: 240))
        #expect(try Client(second).setting("gain") == 42)
    }
}

/// The contracts of every camera.
struct V4L2ContractTests {
    static let makers = ["GREY", "MJPG"].map { format in
        Maker(format) { try Bench().open(.init(pixelFormat: format)) }
    }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
