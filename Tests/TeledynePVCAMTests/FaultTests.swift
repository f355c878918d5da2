import Contracts
import Devices
import Pickle
import Platform
import SimulatedWorlds
import Testing

@testable import SDKCameras
@testable import TeledynePVCAM

/// Faults of cameras and of the library, and the recovery from them.
struct FaultTests {
    private let serial = World.serial

    @Test func missingFunctionsAreNamed() throws {
        let world = try World()
        let error = #expect(throws: DeviceError.self) {
            try PVCAMLibrary(world.files.library) { $0.hasPrefix("pl_exp_start") }
        }
        #expect(
            error?.message == """
                \(world.files.library) is not libpvcam: missing functions pl_exp_start_seq, pl_exp_start_cont
                """
        )
    }

    @Test func errorNamesTheParameterTheCameraAndTheCode() throws {
        let camera = try World().open()
        let error = #expect(throws: DeviceError.self) { try camera.camera.setInt(.temperatureSetpoint, to: 9000) }
        #expect(
            error?.description == "PARAM_TEMP_SETPOINT = 9000 on A21B204001: PL_ERR_VALUE_OUT_OF_RANGE (165)"
        )
        let other = #expect(throws: DeviceError.self) { try camera.setSensorBinning(Binning(h: 3, v: 3)) }
        #expect(
            other?.description == """
                area 0, 0, 2048 x 2048, binning 3x3, mode 3072, exposure 10000 on A21B204001: \
                PL_ERR_BINNING_INVALID (182)
                """
        )
    }

    @Test func heldCameraIsSomebodyElses() throws {
        let world = try World("camera prime-bsi A21B204001\ncamera evolve-512 A21B204002")
        let first = try world.open(0)
        #expect(try world.session().names() == ["pvcamUSB_0", "pvcamUSB_1"])
        let error = #expect(throws: DeviceError.self) { try world.open(0) }
        #expect(error?.description == "pl_cam_open of pvcamUSB_0: PL_ERR_DEVICE_ALREADY_OPEN (178)")
        let second = try world.open(1)
        #expect(second.uid == "A21B204002")
        try first.shutdown()
        try second.shutdown()
        // The last camera has ended the library.
        try world.open(0).shutdown()
    }

    @Test func unpluggedCameraComesBackAsItWas() throws {
        let world = try World()
        let lines = Lock<[String]>([])
        let camera = try world.open(log: DeviceLog(write: { line, _ in lines.update { $0.append(line) } }))
        try Client(camera).choose("readout speed", "CMOS, 16-bit, 100.0 MHz")
        try Client(camera).choose("readout gain", "CMS")
        try camera.ready()
        try camera.setTrigger(.software, .strobe)
        _ = try camera.image()
        try world.files.order("unplugged", of: serial)
        let error = #expect(throws: DeviceError.self) { while true { _ = try camera.image() } }
        #expect(error?.cause as? PVCAMStatus == .removed)
        #expect(throws: DeviceError.self) { try Client(camera).setting("PARAM_GAIN_NAME") }
        world.files.end("unplugged", of: serial)
        #expect(try camera.image()[5, 6] == light(64 + 5, 32 + 6))
        #expect(lines.withLock { $0 }.contains("\(serial) is back"))
        #expect(abs(camera.exposureTime - 0.002) < 1e-6)
        #expect(try Client(camera).setting("PARAM_GAIN_NAME") == .str("CMS"))
        #expect(camera.acquisition.counts.losses == 1)
    }

    @Test func idleCameraThatIsUnpluggedIsNoticed() throws {
        let world = try World()
        let problems = Lock<[String?]>([])
        let camera = try world.open(log: DeviceLog(report: { problem in problems.update { $0.append(problem) } }))
        try world.files.order("unplugged", of: serial)
        let isNoticed = problems.wait(within: patience) { $0.contains { $0 != nil } ? true : nil }
        #expect(isNoticed == true)
        world.files.end("unplugged", of: serial)
        let isBack = problems.wait(within: patience) { $0.last == .some(nil) ? true : nil }
        #expect(isBack == true)
        try camera.ready()
        _ = try camera.triggeredImage()
    }

    @Test func cameraThatStillExposesIsStoppedWhenItIsOpened() throws {
        let world = try World()
        // As after a program that was killed.
        try world.files.order("exposing", of: serial)
        let camera = try world.open()
        try camera.ready()
        _ = try camera.triggeredImage()
        try camera.shutdown()
        #expect(!world.files.isOrdered("exposing", of: serial))
    }

    @Test(arguments: [true, false]) func overwrittenImagesAreCounted(metadata: Bool) throws {
        let camera = try World().open(0, .init(metadata: metadata))
        try camera.ready()
        try camera.expose(for: 0.001)
        try camera.setTrigger(.software, .strobe)
        let first = try camera.image()[0, 0]
        // Nobody reads for longer than the ring of eight images lasts.
        let end = ContinuousClock.now + patience
        while try camera.camera.newest()?.info.number ?? 0 < first + 40, .now < end {
            Pause.wait(for: .milliseconds(5))
        }
        let next = try camera.image()[0, 0]
        #expect(next > first + 20)
        #expect(camera.acquisition.lost == next - first - 1)
    }

    @Test(arguments: [true, false]) func imagesThatAreStillInTheRingAreNotLost(metadata: Bool) throws {
        let camera = try World().open(0, .init(bufferCount: Count(200), metadata: metadata))
        try camera.ready()
        try camera.setTrigger(.software, .strobe)
        let first = try camera.image()[0, 0]
        let end = ContinuousClock.now + patience
        while try camera.camera.newest()?.info.number ?? 0 < first + 20, .now < end {
            Pause.wait(for: .milliseconds(5))
        }
        for number in 1..<20 { #expect(try camera.image()[0, 0] == first + number) }
        #expect(camera.acquisition.lost == 0)
    }

    @Test(arguments: [true, false]) func imagesThatTheCameraLosesAreCounted(metadata: Bool) throws {
        let world = try World()
        let camera = try world.open(0, .init(metadata: metadata))
        try camera.ready()
        try camera.setTrigger(.software, .strobe)
        var last = try camera.image()[0, 0]
        try world.files.order("drops", of: serial, "3")
        var gap = 0
        let end = ContinuousClock.now + patience
        while gap == 0, .now < end {
            let number = try camera.image()[0, 0]
            gap = number - last - 1
            last = number
        }
        #expect(gap >= 3)
        #expect(camera.acquisition.lost >= 3)
    }

    @Test(arguments: ["missed-callbacks", "double-callbacks", "late-callbacks"])
    func callbacksNeedNotBeExact(fault: String) throws {
        let world = try World()
        try world.files.order(fault, of: serial, "0.005")
        let camera = try world.open()
        try camera.ready()
        for number in 0..<6 { #expect(try camera.triggeredImage()[0, 0] == number) }
        #expect(camera.acquisition.counts == AcquisitionCounts())
    }

    @Test func triggerThatIsIgnoredIsSentAgain() throws {
        let world = try World()
        let camera = try world.open()
        try camera.ready()
        try world.files.order("busy", of: serial)
        let error = #expect(throws: DeviceError.self) { try camera.trigger() }
        #expect(error?.message.contains("has ignored the trigger") == true)
        world.files.end("busy", of: serial)
        _ = try camera.triggeredImage()
    }

    @Test(arguments: ["prime-bsi", "evolve-512"])
    func imageThatDoesNotComeIsReportedAndTheNextTriggerCounts(model: String) throws {
        let world = try World("camera \(model) \(serial)")
        var options = AcquisitionOptions.quick
        options.margin = .milliseconds(50)
        let camera = try world.open(options: options)
        try camera.ready()
        _ = try camera.triggeredImage()
        try world.files.order("silent", of: serial)
        try camera.trigger()
        #expect(throws: DeviceError.self) { _ = try camera.image() }
        #expect(camera.acquisition.counts.timeouts == 1)
        world.files.end("silent", of: serial)
        _ = try camera.triggeredImage()
    }

    @Test func acquisitionThatDoesNotStartIsAnError() throws {
        let world = try World()
        let camera = try world.open()
        try world.files.order("fails", of: serial, "start_cont 152 1")
        let error = #expect(throws: DeviceError.self) { try camera.enable() }
        #expect(error?.description == "pl_exp_start_cont on \(serial): PL_ERR_INSUFFICIENT_RESOURCES (152)")
        try camera.ready()
        _ = try camera.triggeredImage()
    }

    @Test func refusedSetupLeavesTheOldOne() throws {
        let world = try World()
        let camera = try world.open()
        try camera.ready()
        try world.files.order("fails", of: serial, "setup_cont 187 1")
        #expect(throws: DeviceError.self) { try camera.expose(for: 0.004) }
        #expect(camera.exposureTime == 0.002)
        _ = try camera.triggeredImage()
    }

    /// Implausible answers of a library must not end the process.
    @Test func valuesOfMetadataAreChecked() {
        let memory = FrameBuffer(byteCount: 256)
        #expect(FrameMetadata(memory, at: 0, byteCount: 79) == nil)
        #expect(FrameMetadata(memory, at: 200, byteCount: 100) == nil)
        #expect(FrameMetadata(memory, at: -1, byteCount: 100) == nil)
    }

    @Test func clockOfTheCameraIsRelatedByTheSoonestFrame() throws {
        var clock = FrameClock()
        let first = clock.time(begin: 1, end: 2, arrival: 1002.5)
        #expect(first == 1001.5)
        // It came sooner after its end.
        let second = clock.time(begin: 2, end: 3, arrival: 1003.125)
        #expect(second == 1002.125)
        let third = clock.time(begin: 3, end: 4, arrival: 1009) ?? 0
        #expect(abs(third - 1003.125) < 1e-9)
        // The clock has begun again.
        let fourth = clock.time(begin: 0, end: 1, arrival: 1010)
        #expect(fourth == 1009)
        let nonsense = clock.time(begin: .nan, end: 1, arrival: 1010)
        #expect(nonsense == nil)
    }
}

/// The environment variables of the library.
struct EnvironmentTests {
    @Test(arguments: [
        ("export PVCAM_VERSION=3.10.2.5\n", "3.10.2.5"), ("PVCAM_VERSION=\"3.9.1\"\nexport PVCAM_VERSION", "3.9.1"),
        ("  export   PVCAM_VERSION='3.8'", "3.8"), ("# PVCAM_VERSION=1", nil), ("export PVCAM_VERSION=$OTHER", nil),
        ("export PVCAM_VERSIONS=1", nil), ("export PVCAM_VERSION=", nil),
    ])
    func scriptsAreRead(script: String, value: String?) {
        #expect(PVCAMEnvironment.assigned("PVCAM_VERSION", in: script) == value)
    }

    private func faults(_ variables: [String: String], profile: String = "", _ folders: [String: [String]]) -> [String]
    {
        PVCAMEnvironment.faults({ variables[$0] }, profiles: [profile], files: { folders[$0] }).map(\.text)
    }

    @Test func whatIsMissingIsExplained() {
        let driver = ["pvcam_usb.x86_64.umd"]
        let profile = "export PVCAM_VERSION=3.10.2.5\nexport PVCAM_UMD_PATH=/a"
        #expect(faults([:], profile: profile, ["/a": driver]).isEmpty)
        // Where the installer puts it, without any variable.
        let usual = faults([:], ["/opt/pvcam/drivers/user-mode": driver])
        #expect(usual.count == 1 && usual[0].hasPrefix("PVCAM_VERSION is not set"))
        let missing = faults(["PVCAM_VERSION": "3.10.2.5"], [:])
        #expect(missing == ["PVCAM_UMD_PATH is not set, and PVCAM sees no camera on USB without its driver"])
        let absent = faults(["PVCAM_VERSION": "3.10.2.5", "PVCAM_UMD_PATH": "/b"], [:])
        #expect(absent.first?.hasPrefix("PVCAM_UMD_PATH names /b, which does not exist") == true)
        let empty = faults(["PVCAM_VERSION": "3.10.2.5", "PVCAM_UMD_PATH": "/b"], ["/b": ["readme"]])
        #expect(empty.first?.hasPrefix("/b has no driver for USB") == true)
    }
}
