import Contracts
import Devices
import Glibc
import Pickle
import Platform
import Testing
import Transports

@testable import SDKCameras
@testable import V4L2

/// Faults of cameras and of the cable, other programs, and the choice among several cameras.
struct V4L2FaultTests {
    @Test func cameraIsChosenBySerialNumberPortOrPath() throws {
        let system = SimulatedVideo()
        for (serial, port) in [("A", "1-1"), (nil, "1-2"), ("C", "2-1.4")] as [(String?, String)] {
            system.plugIn(SimulatedUVC(), serial: serial, at: port)
        }
        func find(_ selection: VideoSelection) throws -> String { try VideoCamera(system, selection).path }
        #expect(try find(VideoSelection(serial: "C")) == "/dev/video4")
        #expect(try find(VideoSelection(port: "1-2")) == "/dev/video2")
        #expect(try find(VideoSelection(path: "/dev/video2")) == "/dev/video2")
        #expect(try find(VideoSelection()) == "/dev/video0")
        let error = #expect(throws: DeviceError.self) { try find(VideoSelection(serial: "B")) }
        #expect(
            error?.message.hasPrefix("no camera with the serial number B: there are /dev/video0 (Simulated") == true
        )
        // The node for data about images is not a camera.
        #expect(throws: DeviceError.self) { try find(VideoSelection(path: "/dev/video1")) }
    }

    @Test func twinsNeedThePort() throws {
        let system = SimulatedVideo()
        for port in ["1-1", "1-2"] { system.plugIn(SimulatedUVC(), serial: "0001", at: port) }
        let error = #expect(throws: DeviceError.self) { try VideoCamera(system, VideoSelection(serial: "0001")) }
        #expect(error?.message.contains("add 'port' to the configuration") == true)
        #expect(try VideoCamera(system, VideoSelection(serial: "0001", port: "1-2")).path == "/dev/video2")
    }

    @Test(arguments: ["5F3C0A01", nil]) func unpluggedCameraComesBackAsItWas(serial: String?) throws {
        let bench = Bench(serial: serial)
        let lines = Lock<[String]>([])
        let camera = try bench.open(log: DeviceLog(write: { line, _ in lines.update { $0.append(line) } }))
        let client = Client(camera)
        try camera.setTrigger(.software, .strobe)
        try camera.expose(for: 0.005)
        try client.change("gain", to: 33)
        try client.choose("frame_size", "320x240")
        _ = try camera.setROI(ROI(left: 10, top: 20, width: 30, height: 40))
        try camera.enable()
        _ = try camera.image()
        bench.system.unplug(bench.node)
        let error = #expect(throws: DeviceError.self) { while true { _ = try camera.image() } }
        #expect((error?.cause as? VideoStatus)?.code == ENODEV)
        #expect(throws: DeviceError.self) { try camera.exposureTime }
        bench.system.plugInAgain(bench.node)
        let image = try camera.image()
        #expect(image.array.shape == [40, 30])
        #expect(image[3, 4] == light(13, 24))
        #expect(try camera.exposureTime == 0.005)
        #expect(try client.setting("gain") == 33)
        #expect(camera.acquisition.counts.losses == 1)
        #expect(lines.withLock { $0 }.contains { $0.hasSuffix("is back") })
        #expect(!lines.withLock { $0 }.contains { $0.contains("not restored") })
    }

    @Test func automaticExposureIsNotAnErrorWhenTheCameraIsBack() throws {
        let bench = Bench()
        let lines = Lock<[String]>([])
        let camera = try bench.open(log: DeviceLog(write: { line, _ in lines.update { $0.append(line) } }))
        try camera.expose(for: 0.005)
        try Client(camera).choose("auto_exposure", "Aperture")
        bench.system.unplug(bench.node)
        while camera.acquisition.counts.losses == 0 { Pause.wait(for: .milliseconds(5)) }
        bench.system.plugInAgain(bench.node)
        while camera.acquisition.isLost { Pause.wait(for: .milliseconds(5)) }
        #expect(bench.model.state.withLock { $0.value(VideoControl.exposureMode) } == ExposureMode.automaticTime)
        #expect(!lines.withLock { $0 }.contains { $0.contains("not restored") })
    }

    @Test func anotherProgramThatTakesImagesIsAnError() throws {
        let bench = Bench()
        let other = try bench.ready()
        let camera = try bench.open()
        // Controls can be used by both.
        try Client(camera).change("gain", to: 7)
        let error = #expect(throws: DeviceError.self) { try camera.enable() }
        #expect((error?.cause as? VideoStatus)?.code == EBUSY)
        try other.disable()
        try camera.enable()
        _ = try camera.triggeredImage()
    }

    @Test func missingBandwidthIsExplained() throws {
        let bench = Bench()
        let camera = try bench.open()
        bench.model.happens(.noBandwidth)
        let error = #expect(throws: DeviceError.self) { try camera.enable() }
        #expect(error?.message.contains("no bandwidth") == true)
        try camera.enable()
        _ = try camera.triggeredImage()
    }

    @Test(arguments: ["MJPG", "YUYV"]) func damagedImagesAreCountedAndNotSent(format: String) throws {
        let bench = Bench()
        let camera = try bench.open(.init(pixelFormat: format))
        try camera.setTrigger(.software, .strobe)
        bench.model.happens(.cutImage)
        bench.model.happens(.damagedImage)
        try camera.enable()
        _ = try camera.image()
        #expect(camera.acquisition.counts.missed == 2)
        #expect(camera.acquisition.counts.restarts == 0)
    }

    @Test func internalFaultRestartsTheAcquisition() throws {
        let bench = Bench()
        let camera = try bench.ready()
        bench.model.happens(.internalFault)
        try camera.trigger()
        let error = #expect(throws: DeviceError.self) { try camera.image() }
        #expect((error?.cause as? VideoStatus)?.code == EIO)
        // The trigger is sent again after the restart.
        _ = try camera.image()
        #expect(camera.acquisition.counts.restarts == 1)
    }

    @Test func wrongOptionsAreErrors() throws {
        let format = #expect(throws: DeviceError.self) { try Bench().open(.init(pixelFormat: "H264")) }
        #expect(format?.message == "5F3C0A01 has no images of format H264")
        let size = #expect(throws: DeviceError.self) {
            try Bench().open(.init(frameSize: SensorShape(width: 800, height: 600)))
        }
        #expect(size?.message.contains("no images of 800x600 pixels") == true)
    }
}
