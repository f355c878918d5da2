import Devices
import Pickle
import Platform
import Testing

@testable import AndorSDK3
@testable import SDKCameras

/// Cameras that are lost while nobody waits for an image, and come back.
struct LossTests {
    private let world: World
    private let lines = Lock<[String]>([])
    private let problems = Lock<[String?]>([])

    init() throws { world = try World("camera zyla-4.2 VSC-7") }

    private func camera(_ change: (inout AcquisitionOptions) -> Void = { _ in }) throws -> AndorSDK3Camera {
        var options = AcquisitionOptions.quick
        change(&options)
        let log = DeviceLog(
            write: { [lines] line, level in lines.update { $0.append("\(level): \(line)") } },
            report: { [problems] problem in problems.update { $0.append(problem) } }
        )
        let camera = try world.open(options: options, log: log)
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 64, height: 48))
        return camera
    }

    private func logs(_ text: String) -> Bool {
        lines.wait(within: patience) { $0.contains { $0.hasPrefix(text) } ? true : nil } ?? false
    }

    private func unplug() throws { try world.order("unplugged", of: "VSC-7") }
    private func plugIn() { world.end("unplugged", of: "VSC-7") }

    /// No watch: only calls detect the loss.
    private func leftAlone(_ options: inout AcquisitionOptions) { options.watchPause = .seconds(600) }

    @Test(arguments: [true, false]) func idleCameraIsMissedAndComesBackByItself(isEnabled: Bool) throws {
        let camera = try camera()
        if isEnabled {
            try camera.ready()
            _ = try camera.triggeredImage()
        }
        try unplug()
        #expect(logs("warning: lost contact with VSC-7: "))
        #expect((problems.wait(within: patience) { $0.last } ?? nil)?.hasPrefix("lost contact with VSC-7: ") == true)
        plugIn()
        #expect(logs("info: VSC-7 is back"))
        #expect(problems.wait(within: patience) { $0.last == .some(nil) ? true : nil } == true)
        #expect(try camera.roi == ROI(left: 0, top: 0, width: 64, height: 48))
        #expect(camera.acquisition.isRunning == isEnabled)
        #expect(camera.acquisition.counts.losses == 1)
        if isEnabled { #expect(try camera.triggeredImage().array.shape == [48, 64]) }
    }

    @Test func callThatFindsTheCameraLostLetsItBeLookedFor() throws {
        let camera = try camera(leftAlone)
        try camera.ready()
        try unplug()
        let first = #expect(throws: DeviceError.self) { try camera.trigger() }
        #expect(first?.message == "TriggerMode on VSC-7")
        let second = #expect(throws: DeviceError.self) { try camera.trigger() }
        #expect(
            second?.description
                == "lost contact with VSC-7, reconnecting: TriggerMode on VSC-7: AT_ERR_CONNECTION (10)"
        )
        plugIn()
        #expect(logs("info: VSC-7 is back"))
        // Without being enabled again, and without a second error in place of an image.
        #expect(try camera.triggeredImage().array.shape == [48, 64])
    }

    @Test func enablingOpensALostCameraAtOnce() throws {
        let camera = try camera {
            leftAlone(&$0)
            $0.firstTry = .seconds(600)
        }
        try camera.ready()
        // A loss that is known, and one that nobody has noticed yet.
        for isKnown in [true, false] {
            try unplug()
            #expect(throws: DeviceError.self) { try camera.camera.label("TriggerMode") }
            if isKnown { #expect(throws: DeviceError.self) { try camera.trigger() } }
            plugIn()
            try camera.enable()
            #expect(try camera.triggeredImage().array.shape == [48, 64])
        }
        #expect(camera.acquisition.counts.losses == 2)
    }

    @Test func whoWaitsForAnImageIsToldOfALossThatACallFinds() throws {
        let camera = try camera(leftAlone)
        try camera.setTrigger(.software, .once)
        try camera.expose(for: 20)
        try camera.enable()
        try camera.trigger()
        try unplug()
        #expect(throws: DeviceError.self) { try camera.exposureTime }
        let error = #expect(throws: DeviceError.self) { try camera.dataSource.next(within: patience) }
        #expect(error?.message == "ExposureTime on VSC-7")
        #expect(try camera.dataSource.next(within: .milliseconds(10)) == nil)
    }

    @Test func lostCameraNeverClosesAnotherOneThatGotItsHandle() throws {
        let world = try World("handles reused\ncamera zyla-4.2 VSC-7\ncamera sona VSC-8")
        var options = AcquisitionOptions.quick
        leftAlone(&options)
        options.firstTry = .seconds(600)
        let camera = try world.open(0, options: options)
        let handle = try camera.camera.handle
        try world.order("unplugged", of: "VSC-7")
        // Reopening closes the old handle, whose number the other camera gets.
        #expect(throws: DeviceError.self) { try camera.enable() }
        let other = try world.open(1, options: options)
        #expect(try other.camera.handle == handle)
        #expect(throws: DeviceError.self) { try camera.enable() }
        #expect(try other.exposureTime > 0)
        try other.ready()
        _ = try other.triggeredImage()
        try camera.shutdown()
        #expect(try other.exposureTime > 0)
        world.end("unplugged", of: "VSC-7")
        try other.shutdown()
    }

    @Test func closedCameraIsNotAskedAnything() throws {
        let camera = try camera(leftAlone)
        try camera.shutdown()
        #expect(throws: AndorStatus.invalidHandle) { try camera.camera.handle }
        let error = #expect(throws: DeviceError.self) { try camera.camera.float("ExposureTime") }
        #expect(error?.cause as? AndorStatus == .connection)
    }

    @Test func disabledWhileItIsLostItStaysSo() throws {
        let camera = try camera(leftAlone)
        try camera.ready()
        try unplug()
        try camera.disable()
        #expect(!camera.isEnabled)
        #expect(logs("warning: lost contact with VSC-7: "))
        plugIn()
        #expect(logs("info: VSC-7 is back"))
        #expect(!camera.acquisition.isRunning)
        #expect(try camera.exposureTime > 0)
    }

    @Test func failureOfACallIsNoLossWhileTheCameraIsThere() throws {
        let camera = try camera()
        try camera.ready()
        try world.order("fails", of: "VSC-7", "ExposureTime 17 1")
        #expect(throws: DeviceError.self) { try camera.exposureTime }
        _ = try camera.triggeredImage()
        #expect(camera.acquisition.counts == AcquisitionCounts())
        #expect(!lines.withLock { $0 }.contains { $0.contains("lost") })
    }

    @Test func queuedTriggerThatFailsIsToldInPlaceOfItsImage() throws {
        let camera = try camera()
        try camera.ready(exposing: 0.1)
        for _ in 0..<3 { try camera.trigger() }
        try world.order("fails", of: "VSC-7", "SoftwareTrigger 10 1")
        #expect(try camera.image()[0, 0] == 0)
        let error = #expect(throws: DeviceError.self) { _ = try camera.image() }
        #expect(error?.description == "SoftwareTrigger on VSC-7: AT_ERR_CONNECTION (10)")
        #expect(try camera.image()[0, 0] == 1)
        #expect(try camera.dataSource.next(within: .milliseconds(10)) == nil)
        #expect(try camera.triggeredImage()[0, 0] == 2)
    }

    @Test func queuedTriggersOfALostCameraAreToldOnce() throws {
        let camera = try camera(leftAlone)
        try camera.ready(exposing: 0.1)
        for _ in 0..<3 { try camera.trigger() }
        try unplug()
        #expect(throws: DeviceError.self) { _ = try camera.image() }
        plugIn()
        #expect(logs("info: VSC-7 is back"))
        // The images that were due are lost, and nothing is left of them.
        #expect(try camera.dataSource.next(within: .milliseconds(10)) == nil)
        #expect(try camera.triggeredImage().array.shape == [48, 64])
    }

    @Test func hangOfTheSDKIsLoggedOnceAndItsEnd() throws {
        let camera = try camera { $0.patience = .milliseconds(30) }
        try camera.ready()
        try world.order("hang", of: "VSC-7")
        try camera.trigger()
        let source = camera.dataSource
        let reader = try BlockingThread.start("reader") { _ = try? source.next(within: patience) }
        #expect(logs("warning: the SDK hangs: AT_WaitBuffer on VSC-7 has not returned for 0 s"))
        #expect(throws: DeviceError.self) { try camera.exposureTime }
        world.end("hang", of: "VSC-7")
        #expect(logs("info: the SDK responds again: AT_WaitBuffer on VSC-7 returned after 0 s"))
        reader.join()
        #expect(lines.withLock { $0.filter { $0.contains("hangs") }.count } == 1)
        #expect(problems.withLock(\.last) == .some(nil))
        #expect(try camera.exposureTime > 0)
    }
}
