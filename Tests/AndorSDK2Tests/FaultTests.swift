import Contracts
import Devices
import Pickle
import Platform
import SimulatedWorlds
import Testing

@testable import AndorSDK2
@testable import SDKCameras

/// Faults of cameras, of the library and of its installation, and the recovery from them.
struct FaultTests {
    @Test func callsBeforeACameraIsOpenHaveTheCodesOfTheRealLibrary() throws {
        let world = try World()
        defer { withExtendedLifetime(world) {} }
        let library = try world.load()
        func code(_ body: () throws(Andor2Status) -> Void) -> UInt32? {
            do throws(Andor2Status) {
                try body()
                return nil
            } catch { return error.code }
        }
        #expect(try library.cameraCount() == 1)
        #expect(try library.handle(0) == 100)
        #expect(code { () throws(Andor2Status) in _ = try library.handle(7) } == 20066)
        #expect(code { () throws(Andor2Status) in try library.call(5) { $0.start() } } == 20066)
        #expect(code { () throws(Andor2Status) in try library.call(100) { $0.start() } } == 20075)
        #expect(code { () throws(Andor2Status) in try library.initialise(100, folder: "/no/such/folder") } == 20096)
        try library.initialise(100, folder: "/")
        #expect(code { () throws(Andor2Status) in try library.call(100) { $0.abort() } } == 20073)
        #expect(code { () throws(Andor2Status) in try library.call(100) { $0.sendTrigger() } } == 20073)
        #expect(code { () throws(Andor2Status) in try library.wait(100, milliseconds: 1) } == 20024)
        #expect(
            code { () throws(Andor2Status) in try library.call(100) { $0.setImage(1, 1, 0, 9, 1, 9) } } == 20068
        )
        try library.call(100) { $0.start() }
        #expect(code { () throws(Andor2Status) in try library.call(100) { $0.start() } } == 20072)
        #expect(code { () throws(Andor2Status) in try library.call(100) { $0.setExposure(1) } } == 20072)
        library.shutDown(100)
        #expect(code { () throws(Andor2Status) in try library.call(100) { $0.abort() } } == 20075)
    }

    @Test func missingFunctionsAreNamed() throws {
        let world = try World()
        let error = #expect(throws: DeviceError.self) { try Andor2Library(world.files.library) { $0 == "GetStatus" } }
        #expect(error?.message == "\(world.files.library) is not libandor: missing functions GetStatus")
    }

    @Test func firmwareThatIsMissingIsExplained() throws {
        let world = try World()
        defer { withExtendedLifetime(world) {} }
        let error = #expect(throws: DeviceError.self) {
            try AndorSDK2Camera.candidate(0, of: world.load(), folder: "/no/such", log: DeviceLog())
        }
        #expect(
            error?.description.contains("with the firmware in /no/such, which `directory` in `conf` can name") == true
        )
        #expect(error?.description.hasSuffix("DRV_LOAD_FIRMWARE_ERROR (20096)") == true)
    }

    @Test func cameraOfAnotherProgramIsHeldElsewhere() throws {
        let world = try World()
        try world.files.order("fails", of: "11001", "Initialize 20992 1")
        let candidate = try AndorSDK2Camera.candidate(0, of: world.load(), folder: "/", log: DeviceLog())
        guard case .heldElsewhere = candidate else {
            Issue.record("not held")
            return
        }
        try world.open().shutdown()
    }

    @Test func waitForASemaphoreThatAKilledProgramLeftIsExplained() throws {
        let world = try World("camera ixon-ultra-897 11001\nsemaphore-wait 0.1")
        try world.files.order("semaphore", of: "library")
        let lines = Lock<[String]>([])
        let log = DeviceLog(write: { line, _ in lines.update { $0.append(line) } })
        let handle = try world.load().open(0, folder: "/", log: log, slow: .milliseconds(100))
        try world.load().shutDown(handle)
        #expect(lines.withLock { $0 }.contains { $0.contains("a program was killed while it opened a camera") })
        // The library has put it right.
        #expect(!world.files.isOrdered("semaphore", of: "library"))
    }

    @Test func errorNamesTheCallTheCameraAndTheCode() throws {
        let world = try World()
        let camera = try world.open()
        try world.files.order("fails", of: "11001", "SetExposureTime 20066 1")
        let error = #expect(throws: DeviceError.self) { try camera.expose(for: 0.5) }
        #expect(error?.description == "SetExposureTime(0.5) on 11001: DRV_P1INVALID (20066)")
        // The camera keeps what it had.
        #expect(abs(camera.exposureTime - 0.1) < 1e-6)
    }

    @Test func unpluggedCameraComesBackAsItWas() throws {
        let world = try World()
        let lines = Lock<[String]>([])
        let camera = try world.open(log: DeviceLog(write: { line, _ in lines.update { $0.append(line) } }))
        try camera.ready()
        try camera.setTrigger(.software, .strobe)
        _ = try camera.image()
        try world.files.order("unplugged", of: "11001")
        let error = #expect(throws: DeviceError.self) { while true { _ = try camera.image() } }
        #expect(error?.cause as? Andor2Status == .noAnswer)
        world.files.end("unplugged", of: "11001")
        #expect(try camera.image()[5, 6] == light(64 + 5, 32 + 6))
        #expect(lines.withLock { $0 }.contains("11001 is back"))
        #expect(abs(camera.exposureTime - 0.002) < 1e-6)
        #expect(camera.acquisition.counts.losses == 1)
    }

    @Test func unplugOfAnIdleCameraIsSeen() throws {
        let world = try World()
        let lines = Lock<[String]>([])
        let camera = try world.open(log: DeviceLog(write: { line, _ in lines.update { $0.append(line) } }))
        try world.files.order("unplugged", of: "11001")
        let end = ContinuousClock.now + patience
        while !lines.withLock({ $0.contains { $0.contains("lost contact with 11001") } }), .now < end {
            Pause.wait(for: .milliseconds(5))
        }
        #expect(throws: DeviceError.self) { try camera.setTrigger(.software, .strobe) }
    }

    @Test func imageThatDoesNotComeIsReportedAndTheNextTriggerCounts() throws {
        let world = try World()
        var options = AcquisitionOptions.quick
        options.margin = .milliseconds(50)
        let camera = try world.open(options: options)
        try camera.ready()
        _ = try camera.triggeredImage()
        try world.files.order("silent", of: "11001")
        try camera.trigger()
        #expect(throws: DeviceError.self) { _ = try camera.image() }
        #expect(camera.acquisition.counts.timeouts == 1)
        world.files.end("silent", of: "11001")
        _ = try camera.triggeredImage()
    }

    @Test func libraryOfAnOlderVersionIsEnough() throws {
        let world = try World()
        let newer: Set = [
            "GetMetaDataInfo", "GetShutterMinTimes", "SetIsolatedCropModeEx", "IsReadoutFlippedByAmplifier",
        ]
        let library = Andor2Library.shared(try Andor2Library(world.files.library) { newer.contains($0) })
        guard case .opened(let open) = try AndorSDK2Camera.candidate(0, of: library, folder: "/", log: DeviceLog())
        else { throw DeviceError(.initialise, "held elsewhere") }
        let camera = try AndorSDK2Camera(open, .init(), options: .quick, log: DeviceLog())
        try camera.ready()
        #expect(try camera.triggeredImage()[5, 6] == light(64 + 5, 32 + 6))
        let error = #expect(throws: DeviceError.self) { try Client(camera).change("isolated crop", to: true) }
        #expect(error?.message == "an isolated crop of 11001 must begin at pixel 0, 0")
        #expect(try camera.setROI(ROI(left: 0, top: 0, width: 64, height: 48)))
        try Client(camera).change("isolated crop", to: true)
        #expect(try camera.triggeredImage()[5, 6] == light(5, 6))
    }

    @Test func doctorExplainsTheInstallation() throws {
        let folder = try Files.makeFolder()
        defer { Files.remove(folder) }
        try Files.write("\0\0\0\0\u{1}\0\0\0", to: "\(folder)/taken")
        try Files.write("\u{1}\0\0\0\0\0\0\0", to: "\(folder)/free")
        func faults(_ semaphore: String) -> [String] {
            Andor2Installation.faults(folder: "/no", semaphore: semaphore, exists: { _ in false }, libUSB: { false })
                .map(\.text)
        }
        #expect(faults("\(folder)/free").count == 2)
        #expect(faults("\(folder)/free")[0].hasPrefix("/no, the folder of the cameras' firmware, does not exist"))
        #expect(faults("\(folder)/taken").last?.contains("or was killed while it did") == true)
        #expect(faults("\(folder)/none").count == 2)
    }
}
