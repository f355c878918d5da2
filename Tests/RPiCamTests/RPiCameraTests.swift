import Contracts
import Devices
import Glibc
import Pickle
import Platform
import Testing

@testable import RPiCam
@testable import SDKCameras

/// Long enough for the slowest machine; no test that passes waits that long.
private let patience = Duration.seconds(30)

private func open(_ configuration: RPiCamera.Configuration = .init()) throws -> RPiCamera {
    var options = AcquisitionOptions()
    options.firstTry = .milliseconds(5)
    options.watchPause = .milliseconds(20)
    options.longestDelay = .milliseconds(20)
    return try RPiCamera.open(try .simulated(), configuration, options: options, DeviceLog())
}

extension RPiCamera {
    fileprivate func datum() throws -> (frame: Frame, time: Double) {
        let datum = try #require(try dataSource.next(within: patience))
        guard case .frame(let frame) = datum.content else { throw DeviceError(.failed, "a value, not an image") }
        return (frame, datum.timestamp)
    }
}

extension Frame {
    fileprivate subscript(x: Int, y: Int) -> Int { Int(array.element(at: y * width + x) ?? .nan) }
}

/// The brightness of the simulated picture at a place.
private func light(_ x: Int, _ y: Int) -> Int { 16 + (x + 14 * y) % 128 }

/// Images, settings and faults of the driver on the simulated programs.
struct RPiCameraTests {
    @Test func imageBeginsAfterItsTrigger() throws {
        let camera = try open()
        _ = try camera.setROI(ROI(left: 30, top: 20, width: 50, height: 40))
        try camera.enable()
        for _ in 0..<3 {
            Pause.wait(for: .milliseconds(150))
            let begin = Timestamp.now
            try camera.trigger()
            let (image, time) = try camera.datum()
            #expect(image.array.shape == [40, 50])
            #expect(image.dtype == .uint8)
            #expect(image[3, 4] == light(33, 24))
            #expect(time >= begin - 0.001 && time <= Timestamp.now)
        }
        #expect(camera.acquisition.counts == AcquisitionCounts())
        try camera.shutdown()
    }

    @Test func rawImagesAreTheMosaic() throws {
        let camera = try open(.init(raw: true, frameSize: SensorShape(width: 1332, height: 990)))
        #expect(try !camera.setROI(ROI(left: 101, top: 50, width: 64, height: 48)))
        #expect(try camera.roi == ROI(left: 100, top: 50, width: 65, height: 48))
        try camera.enable()
        try camera.trigger()
        let (image, _) = try camera.datum()
        #expect(image.dtype == .uint16)
        #expect(image[2, 7] == light(102, 57) << 4)
        try camera.shutdown()
    }

    @Test func cameraRunsByItself() throws {
        let camera = try open()
        try camera.setTrigger(.software, .strobe)
        try camera.enable()
        let times = try (0..<10).map { _ in try camera.datum().time }
        #expect(times == times.sorted())
        try camera.shutdown()
    }

    @Test func settingsAreOnTheCommandLine() throws {
        let camera = try open()
        let client = Client(camera)
        try camera.enable()
        try camera.expose(for: 0.02)
        try client.change("gain", to: 4.0)
        try camera.trigger()
        _ = try camera.datum()
        guard case .dict(let values) = try client.call("get_metadata") else { throw DeviceError(.failed, "no values") }
        // Whole rows of the sensor.
        #expect(values["ExposureTime"] == 20_000.0)
        #expect(values["AnalogueGain"] == 4.0)
        #expect(values["ScalerCrop"] == "(0, 0)/4056x3040")
        // A long exposure lowers the rate.
        try camera.expose(for: 0.5)
        #expect(camera.cycleTime >= 1)
        try camera.shutdown()
    }

    @Test func sizesAreThoseWithoutGaps() throws {
        #expect(throws: DeviceError.self) { try open(.init(frameSize: SensorShape(width: 650, height: 480))) }
        let error = #expect(throws: DeviceError.self) {
            try open(.init(raw: true, frameSize: SensorShape(width: 640, height: 480)))
        }
        #expect(error?.message.contains("only 1332x990, 2028x1080, 2028x1520, 4056x3040") == true)
        #expect(throws: DeviceError.self) { try open(.init(camera: 1)) }
    }

    @Test func programThatEndsIsStartedAgain() throws {
        let camera = try open()
        try camera.setTrigger(.software, .strobe)
        try camera.enable()
        _ = try camera.datum()
        camera.session.endProgram()
        let error = #expect(throws: DeviceError.self) { while true { _ = try camera.datum() } }
        #expect(error?.description.contains("the program has ended") == true)
        _ = try camera.datum()
        #expect(camera.acquisition.counts.restarts == 1)
        try camera.shutdown()
    }
}

/// The program's output, as text.
struct RPiOutputTests {
    @Test func camerasAreListed() {
        let text = """
            Available cameras
            -----------------
            0 : imx477 [4056x3040 12-bit RGGB] (/base/soc/i2c0mux/i2c@1/imx477@1a)
                Modes: 'SRGGB10_CSI2P' : 1332x990 [120.05 fps - (696, 528)/2664x1980 crop]
                       'SRGGB12_CSI2P' : 2028x1080 [50.03 fps - (0, 440)/4056x2160 crop]
                                         2028x1520 [40.01 fps - (0, 0)/4056x3040 crop]

            1 : ov5647 [2592x1944 10-bit GBRG] (/base/soc/i2c0mux/i2c@0/ov5647@36)
                Modes: 'SGBRG10_CSI2P' : 640x480 [58.92 fps - (16, 0)/2560x1920 crop]
            """
        let sensors = RPiSensor.all(in: text)
        #expect(sensors.map(\.model) == ["imx477", "ov5647"])
        #expect(sensors.map(\.path).last == "/base/soc/i2c0mux/i2c@0/ov5647@36")
        #expect(sensors[0].modes.map(\.bits) == [10, 12, 12])
        #expect(sensors[0].modes.map(\.width) == [1332, 2028, 2028])
        #expect(sensors[1].modes == [.init(width: 640, height: 480, bits: 10, rate: 58.92)])
        #expect(RPiSensor.all(in: "No cameras available!\n").isEmpty)
    }

    @Test func metadataComeInPieces() {
        var metadata = RPiMetadata()
        let text = "[\n{\n    \"SensorTimestamp\": 12000,\n    \"Lux\": 4.5\n},\n{\n    \"Sens"
        for byte in text.utf8 { metadata.take([byte]) }
        #expect(metadata.isReady)
        #expect(metadata.next() == ["SensorTimestamp": "12000", "Lux": "4.5"])
        #expect(!metadata.isReady)
        metadata.take("orTimestamp\": 13000,\n".utf8)
        #expect(metadata.next()["SensorTimestamp"] == "13000")
    }
}

/// The contracts of every camera.
struct RPiContractTests {
    static let makers = [false, true].map { isRaw in
        Maker(isRaw ? "raw" : "video") {
            try open(.init(raw: isRaw, frameSize: isRaw ? SensorShape(width: 1332, height: 990) : nil))
        }
    }

    @Test(arguments: try makers.contractCases) func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
