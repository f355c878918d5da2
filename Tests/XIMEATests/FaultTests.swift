import Contracts
import Devices
import Pickle
import Platform
import SimulatedWorlds
import Testing

@testable import SDKCameras
@testable import XIMEA

/// Faults of cameras and of the library, and the recovery from them.
struct FaultTests {
    @Test func cameraIsChosenByItsSerialNumber() throws {
        let world = try World("camera mq013mg 20751650\ncamera mc050mg CICAU2011003")
        let (one, other) = (try world.open("CICAU2011003"), try world.open())
        #expect(one.camera.model == "MC050MG-SY")
        #expect(other.camera.serialNumber == "20751650")
        let missing = #expect(throws: DeviceError.self) { try world.open("7") }
        #expect(missing?.message == "7 was not found; seen: 20751650, CICAU2011003")
        let open = #expect(throws: DeviceError.self) { try world.open("20751650") }
        #expect(
            open?.description
                == "xiOpenDeviceBy of 20751650: another program has the camera: XI_RESOURCE_LOCKED (57)"
        )
        try one.shutdown()
        try other.shutdown()
        try world.open("20751650").shutdown()
    }

    /// Processes that look for cameras at the same time disturb each other, so they take turns.
    @Test func lookingForCamerasWaitsForItsTurn() throws {
        let world = try World()
        try world.turn.take(within: patience) {
            let error = #expect(throws: DeviceError.self) {
                try world.turn.take(within: .milliseconds(20)) { try world.open() }
            }
            #expect(error?.message.contains("turn ximea") == true)
        }
        try world.open().shutdown()
    }

    @Test func missingFunctionsAreNamed() throws {
        let world = try World()
        let error = #expect(throws: DeviceError.self) { try XiLibrary(world.files.library) { $0.hasPrefix("xiSt") } }
        #expect(
            error?.message == """
                \(world.files.library) is not libm3api: missing functions xiStartAcquisition, xiStopAcquisition
                """
        )
    }

    @Test func errorNamesTheParameterTheCameraAndTheCode() throws {
        let camera = try World().open()
        let error = #expect(throws: DeviceError.self) { try camera.camera.set("width", to: 101) }
        #expect(error?.description == "width = 101 on 20751650: XI_WRONG_PARAM_VALUE (101)")
        #expect(throws: DeviceError.self) { try camera.camera.set("device_sn", to: .text("7")) }
    }

    @Test func unpluggedCameraComesBackAsItWas() throws {
        let world = try World("camera mq013mg 20751650\ncamera mc050mg CICAU2011003")
        let lines = Lock<[String]>([])
        let other = try world.open("CICAU2011003")
        let camera = try world.open("20751650", log: DeviceLog(write: { line, _ in lines.update { $0.append(line) } }))
        try camera.ready()
        try Client(camera).change("gain", to: 3)
        try camera.setTrigger(.software, .strobe)
        _ = try camera.image()
        try world.files.order("unplugged", of: "20751650")
        let error = #expect(throws: DeviceError.self) { while true { _ = try camera.image() } }
        #expect(error?.cause as? XiStatus == .notReady)
        #expect(throws: DeviceError.self) { try camera.exposureTime }
        // The other camera of the process goes on.
        try other.ready()
        _ = try other.triggeredImage()
        world.files.end("unplugged", of: "20751650")
        #expect(try camera.image()[5, 6] == light(64 + 5, 32 + 6))
        #expect(lines.withLock { $0 }.contains("20751650 is back"))
        #expect(try abs(camera.exposureTime - 0.002) < 1e-6)
        #expect(try Client(camera).setting("gain") == 3.0)
        #expect(camera.acquisition.counts.losses == 1)
    }

    @Test func imagesThatTheLibraryDropsAreCounted() throws {
        let camera = try World().open()
        try camera.ready()
        try camera.expose(for: 0.001)
        try camera.setTrigger(.software, .strobe)
        let first = try camera.image()[0, 0]
        // Nobody reads for longer than the queue of nine images lasts.
        let end = ContinuousClock.now + patience
        while try camera.camera.int("counter_value") == 0, .now < end {
            try camera.camera.set("counter_selector", to: 1)
            Pause.wait(for: .milliseconds(5))
        }
        let next = try camera.image()[0, 0]
        #expect(next > first + 1)
        #expect(camera.acquisition.lost == next - first - 1)
    }

    @Test func imageThatDoesNotComeIsReportedAndTheNextTriggerCounts() throws {
        let world = try World()
        var options = AcquisitionOptions.quick
        options.margin = .milliseconds(50)
        let camera = try world.open(options: options)
        try camera.ready()
        _ = try camera.triggeredImage()
        try world.files.order("silent", of: "20751650")
        try camera.trigger()
        #expect(throws: DeviceError.self) { _ = try camera.image() }
        #expect(camera.acquisition.counts.timeouts == 1)
        world.files.end("silent", of: "20751650")
        _ = try camera.triggeredImage()
    }

    @Test func acquisitionThatDoesNotStartIsReported() throws {
        let world = try World()
        let camera = try world.open()
        try world.files.order("fails", of: "20751650", "start 15 1")
        let error = #expect(throws: DeviceError.self) { try camera.enable() }
        #expect(error?.description == "xiStartAcquisition on 20751650: XI_MEMORY_ALLOCATION (15)")
        try camera.ready()
        _ = try camera.triggeredImage()
    }

    /// Clients hold all buffers: the library keeps the images meanwhile, and the driver waits.
    @Test func clientsThatKeepImagesDoNotStopTheCamera() throws {
        let camera = try World().open()
        try camera.ready()
        var kept: [Frame] = []
        for number in 0..<60 {
            let image = try camera.triggeredImage()
            #expect(image[0, 0] == number)
            kept.append(image)
        }
        #expect(Set(kept.map { $0[0, 0] }).count == 60)
        #expect(camera.acquisition.counts.copies > 0)
    }
}
