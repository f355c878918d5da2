import Devices
import Pickle
import Platform
import SimulatedGigE
import Synchronization
import Testing
import Transports

@testable import GenICam
@testable import SDKCameras

@Suite(.serialized) struct FaultTests {
    @Test func lostPacketsAreAskedForAgain() throws {
        let bench = try Bench()
        let camera = try bench.open()
        var faults = GigEFaults()
        faults.lostPerMille = 60
        bench.simulation.faults = faults
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 512, height: 512))
        try camera.expose(for: 0.001)
        try camera.enable()
        for _ in 0..<20 { _ = try camera.triggeredImage() }
        #expect(try camera.number("n_resent_packets") > 0)
        try camera.shutdown()
    }

    @Test func imagesThatStayIncompleteAreCounted() throws {
        let bench = try Bench()
        let camera = try bench.open()
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 256, height: 256))
        try camera.expose(for: 0.001)
        try camera.setTrigger(.software, .strobe)
        try camera.setting("AcquisitionFrameRate").set(.float(100))
        var faults = GigEFaults()
        (faults.lostPerMille, faults.refusesResend) = (20, true)
        bench.simulation.faults = faults
        try camera.enable()
        #expect(
            camera.eventually {
                _ = try? camera.image()
                return camera.acquisition.lost > 2
            }
        )
        try camera.shutdown()
    }

    @Test func anIncompleteImageOfATriggerIsAnErrorAndTheNextOneComes() throws {
        let bench = try Bench()
        let camera = try bench.open()
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 256, height: 256))
        try camera.expose(for: 0.001)
        try camera.enable()
        var faults = GigEFaults()
        (faults.lostPerMille, faults.refusesResend) = (500, true)
        bench.simulation.faults = faults
        try camera.trigger()
        #expect(throws: DeviceError.self) { _ = try camera.image() }
        bench.simulation.faults = GigEFaults()
        // The trigger is sent again.
        #expect(camera.eventually { (try? camera.image()) != nil })
        try camera.shutdown()
    }

    @Test func aCameraThatIsSwitchedOffComesBackWithItsSettings() throws {
        let bench = try Bench()
        let lines = Lock<[String]>([])
        let log = DeviceLog(write: { line, _ in lines.withLock { $0.append(line) } })
        let camera = try bench.open(log: log)
        try camera.setting("Gain").set(.float(7))
        try camera.setting("LineMode[Line2]").set(.int(1))
        try camera.ready()
        _ = try camera.triggeredImage()
        bench.simulation.vanish()
        #expect(camera.eventually { lines.withLock { $0.contains { $0.hasPrefix("lost contact with SIM-") } } })
        #expect(throws: DeviceError.self) { try camera.trigger() }
        try bench.simulation.comeBack()
        #expect(camera.eventually { lines.withLock { $0.contains { $0.hasSuffix("is back") } } })
        #expect(bench.simulation.register(0x110) == 7)
        #expect(bench.simulation.register(0x1050) == 1)
        #expect(try camera.roi == ROI(left: 64, top: 32, width: 64, height: 48))
        #expect(try camera.triggeredImage().width == 64)
        try camera.shutdown()
    }

    @Test func aCameraWithAnotherAddressIsFoundAgain() throws {
        let bench = try Bench()
        let lines = Lock<[String]>([])
        let log = DeviceLog(write: { line, _ in lines.withLock { $0.append(line) } })
        let camera = try bench.open(log: log)
        try camera.ready(.freeRun)
        #expect(camera.eventually { (try? camera.image()) != nil })
        bench.simulation.vanish()
        #expect(
            camera.eventually {
                // Only a wait for an image notices it while images are expected.
                _ = try? camera.image()
                return lines.withLock { $0.contains { $0.hasPrefix("lost contact") } }
            }
        )
        let moved = IPv4Address(bench.simulation.address.number &+ 0x2000)
        try bench.simulation.comeBack(at: moved)
        #expect(camera.eventually { lines.withLock { $0.contains { $0.hasSuffix("is back") } } })
        #expect(camera.eventually { (try? camera.image()) != nil })
        try camera.shutdown()
    }

    @Test func controlThatIsLostIsTakenAgain() throws {
        let bench = try Bench()
        let camera = try bench.open()
        try camera.setting("Gain").set(.float(9))
        try camera.ready(.freeRun)
        #expect(camera.eventually { (try? camera.image()) != nil })
        bench.simulation.dropControl()
        #expect(
            camera.eventually {
                _ = try? camera.image()
                return camera.acquisition.counts.losses > 0 && !camera.acquisition.isLost
            }
        )
        #expect(camera.eventually { (try? camera.image()) != nil })
        try camera.shutdown()
    }

    @Test func aSlowCameraIsWaitedFor() throws {
        let bench = try Bench()
        let camera = try bench.open()
        var faults = GigEFaults()
        faults.delay = .milliseconds(20)
        bench.simulation.faults = faults
        try camera.setting("Gain").set(.float(5))
        #expect(bench.simulation.register(0x110) == 5)
        try camera.shutdown()
    }

    @Test func aCameraThatAnotherProgramControlsIsReported() throws {
        let bench = try Bench()
        let first = try bench.open()
        let error = #expect(throws: DeviceError.self) { _ = try bench.open() }
        #expect(error?.message.contains("is controlled by another program") == true)
        try first.shutdown()
    }

    @Test func theWrongCameraIsNotOpened() throws {
        let bench = try Bench()
        let place = CameraPlace.known(bench.simulation.address, serial: "OTHER")
        let error = #expect(throws: DeviceError.self) { _ = try bench.open(place: place) }
        #expect(error?.message.contains("the camera there is \(bench.simulation.serial)") == true)
        // It was given back.
        try bench.open().shutdown()
    }

    @Test func aMissingLibraryNamesThePackage() {
        let error = #expect(throws: DeviceError.self) { _ = try AravisLibrary.installed("libaravis-none.so.0") }
        #expect(error?.message.contains("package libaravis-0.8-0") == true)
    }

    @Test func missingFunctionsAreNamed() {
        let error = #expect(throws: DeviceError.self) {
            _ = try AravisLibrary("libaravis-0.8.so.0", hiding: { $0 == "arv_stream_push_buffer" })
        }
        #expect(error?.message.contains("missing functions arv_stream_push_buffer") == true)
    }
}
