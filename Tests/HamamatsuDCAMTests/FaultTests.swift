import Devices
import Pickle
import Platform
import SimulatedWorlds
import Testing

@testable import HamamatsuDCAM
@testable import SDKCameras

/// Faults of cameras and of the library, and the recovery from them.
struct FaultTests {
    @Test func cameraIsChosenByItsSerialNumber() throws {
        let world = try World("camera flash4-v3 001234\ncamera fusion 000424")
        let (one, other) = (try world.open("000424"), try world.open())
        #expect(one.camera.model == "C14440-20UP")
        #expect(other.camera.serialNumber == "001234")
        let missing = #expect(throws: DeviceError.self) { try world.open("7") }
        #expect(missing?.message == "7 was not found; seen: 001234, 000424")
        let open = #expect(throws: DeviceError.self) { try world.open("000424") }
        #expect(open?.description == "dcamdev_open of 000424: DCAMERR_EXCLUDED (0x80000110)")
        try one.shutdown()
        try other.shutdown()
        // The last camera has ended the library, so another process can have it.
        try world.open("000424").shutdown()
    }

    @Test(arguments: ["S/N: 000424", "S/N:000424", "000424"]) func serialNumberHasNoPrefix(text: String) {
        #expect(DCAMSession.number(text) == "000424")
    }

    @Test func libraryThatAnotherProcessHasIsExplained() throws {
        let world = try World()
        try world.files.order("fails", of: "library", "init 1 1")
        let error = #expect(throws: DeviceError.self) { try world.open() }
        #expect(error?.description.contains("must be in one group") == true)
        #expect(error?.cause as? DCAMStatus == .noCamera)
        // After a failure the library is ended, so that the next attempt can succeed.
        try world.open().shutdown()
    }

    @Test func missingFunctionsAreNamed() throws {
        let world = try World()
        let error = #expect(throws: DeviceError.self) { try DCAMLibrary(world.files.library) { $0.hasPrefix("dcamw") } }
        #expect(
            error?.message == """
                \(world.files.library) is not libdcamapi: missing functions dcamwait_open, dcamwait_close, dcamwait_start
                """
        )
    }

    @Test func errorNamesThePropertyTheCameraAndTheCode() throws {
        let camera = try World().open()
        let error = #expect(throws: DeviceError.self) { try camera.camera.set(.width, to: 101) }
        #expect(error?.description == "SUBARRAY HSIZE = 101 on 001234: DCAMERR_INVALIDPARAM (0x80000808)")
        #expect(throws: DeviceError.self) { try camera.camera.set(.imageWidth, to: 4) }
    }

    @Test func unpluggedCameraComesBackAsItWas() throws {
        let world = try World("camera flash4-v3 001234\ncamera fusion 000424")
        let lines = Lock<[String]>([])
        let other = try world.open("000424")
        let camera = try world.open("001234", log: DeviceLog(write: { line, _ in lines.update { $0.append(line) } }))
        try camera.ready()
        try camera.setTrigger(.software, .strobe)
        _ = try camera.image()
        try world.files.order("unplugged", of: "001234")
        let error = #expect(throws: DeviceError.self) { while true { _ = try camera.image() } }
        #expect(error?.cause as? DCAMStatus == .noConnection)
        #expect(throws: DeviceError.self) { try camera.exposureTime }
        // The other camera of the process goes on.
        try other.ready()
        _ = try other.triggeredImage()
        world.files.end("unplugged", of: "001234")
        #expect(try camera.image()[5, 6] == light(64 + 5, 32 + 6))
        #expect(lines.withLock { $0 }.contains("001234 is back"))
        #expect(try abs(camera.exposureTime - 0.002) < 1e-6)
        #expect(camera.acquisition.counts.losses == 1)
    }

    @Test func overwrittenImagesAreCounted() throws {
        let camera = try World().open()
        try camera.ready()
        try camera.expose(for: 0.001004)
        try camera.setTrigger(.software, .strobe)
        let first = try camera.image()[0, 0]
        // Nobody reads for longer than the ring of eight images lasts.
        let end = ContinuousClock.now + patience
        while try camera.camera.library.frameCount(camera.handle) < first + 40, .now < end {
            Pause.wait(for: .milliseconds(5))
        }
        let next = try camera.image()[0, 0]
        #expect(next > first + 20)
        #expect(camera.acquisition.lost == next - first - 1)
    }

    @Test func imageThatDoesNotComeIsReportedAndTheNextTriggerCounts() throws {
        let world = try World()
        var options = AcquisitionOptions.quick
        options.margin = .milliseconds(50)
        let camera = try world.open(options: options)
        try camera.ready()
        _ = try camera.triggeredImage()
        try world.files.order("silent", of: "001234")
        try camera.trigger()
        #expect(throws: DeviceError.self) { _ = try camera.image() }
        #expect(camera.acquisition.counts.timeouts == 1)
        world.files.end("silent", of: "001234")
        _ = try camera.triggeredImage()
    }

    @Test func lostFrameNowAndThenIsNoError() throws {
        let world = try World()
        var options = AcquisitionOptions.quick
        options.margin = patience
        let camera = try world.open(options: options)
        try camera.ready()
        // No image comes before the waits have failed.
        try world.files.order("silent", of: "001234")
        try world.files.order("fails", of: "001234", "wait 0x80000301 3")
        try camera.trigger()
        let end = ContinuousClock.now + patience
        while world.files.isOrdered("fails", of: "001234"), .now < end {
            #expect(try camera.dataSource.next(within: .milliseconds(20)) == nil)
        }
        world.files.end("silent", of: "001234")
        _ = try camera.image()
        #expect(camera.acquisition.counts == AcquisitionCounts())
        try world.files.order("silent", of: "001234")
        try world.files.order("fails", of: "001234", "wait 0x80000301 4")
        try camera.trigger()
        let error = #expect(throws: DeviceError.self) { _ = try camera.image() }
        #expect(error?.description == "images were lost on 001234: DCAMERR_LOSTFRAME (0x80000301)")
        #expect(camera.acquisition.counts == AcquisitionCounts(overflows: 1, restarts: 1))
        world.files.end("silent", of: "001234")
        _ = try camera.image()
    }

    @Test func captureThatDoesNotStartReleasesItsRing() throws {
        let world = try World()
        let camera = try world.open()
        try world.files.order("fails", of: "001234", "start 0x80000203 1")
        let error = #expect(throws: DeviceError.self) { try camera.enable() }
        #expect(error?.description == "dcamcap_start on 001234: DCAMERR_NOMEMORY (0x80000203)")
        try camera.ready()
        _ = try camera.triggeredImage()
    }
}

extension HamamatsuCamera {
    /// The SDK's handle.
    var handle: UInt { get throws { try camera.call("test") { handle throws(DCAMStatus) in handle } } }
}
