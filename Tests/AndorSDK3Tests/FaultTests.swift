import Contracts
import Devices
import Pickle
import Platform
import Testing

@testable import AndorSDK3
@testable import SDKCameras

/// Faults of cameras, and the recovery from them.
struct FaultTests {
    private static let small = ROI(left: 0, top: 0, width: 64, height: 64)

    private func running(_ world: World, options: AcquisitionOptions = .quick) throws -> AndorSDK3Camera {
        let camera = try world.open(options: options)
        _ = try camera.setROI(Self.small)
        try camera.ready()
        _ = try camera.triggeredImage()
        return camera
    }

    /// Reads until an image arrives; returns the errors on the way.
    private func errorsBeforeTheNextImage(_ camera: AndorSDK3Camera) throws -> [String] {
        var errors: [String] = []
        let end = ContinuousClock.now + patience
        while ContinuousClock.now < end {
            do {
                if try camera.dataSource.next(within: .milliseconds(100)) != nil { return errors }
            } catch { errors.append("\(error)") }
        }
        throw DeviceError(.failed, "no image, but \(errors)")
    }

    @Test func overflowIsCountedAndToldOnceAndTheImagesGoOn() throws {
        let world = try World("camera zyla-4.2 VSC-7")
        let camera = try running(world)
        try world.order("overflow", of: "VSC-7")
        try camera.trigger()
        let errors = try errorsBeforeTheNextImage(camera)
        #expect(errors == ["images were lost on VSC-7: AT_ERR_HARDWARE_OVERFLOW (100)"])
        #expect(camera.acquisition.counts == AcquisitionCounts(overflows: 1, restarts: 1))
        #expect(try Client(camera).setting("buffer_overflows") == 1)
        _ = try camera.triggeredImage()
    }

    @Test func cameraThatFillsItsMemoryGoesOn() throws {
        // Nobody reads for longer than the camera's own memory lasts.
        let camera = try World("camera zyla-4.2 VSC-7").open()
        _ = try camera.setROI(ROI(left: 0, top: 0, width: 8, height: 2048))
        try camera.setTrigger(.software, .strobe)
        try camera.expose(for: 0)
        try camera.camera.setFloat("FrameRate", to: 99)
        try camera.enable()
        let begin = ContinuousClock.now
        while ContinuousClock.now - begin < .milliseconds(1100) { Pause.wait(for: .milliseconds(10)) }
        let errors = try errorsOfImages(camera, count: 60)
        #expect(errors == ["images were lost on VSC-7: AT_ERR_HARDWARE_OVERFLOW (100)"])
        #expect(camera.acquisition.counts.overflows == 1)
    }

    private func errorsOfImages(_ camera: AndorSDK3Camera, count: Int) throws -> [String] {
        try (0..<count).flatMap { _ in try errorsBeforeTheNextImage(camera) }
    }

    @Test func imageThatDoesNotComeIsMissedAndTheNextTriggerCounts() throws {
        let world = try World("camera zyla-4.2 VSC-7")
        var options = AcquisitionOptions.quick
        options.margin = .milliseconds(50)
        let camera = try running(world, options: options)
        try world.order("silent", of: "VSC-7")
        try camera.trigger()
        let error = #expect(throws: DeviceError.self) { _ = try camera.dataSource.next(within: patience) }
        #expect(error?.message.hasSuffix("on VSC-7") == true)
        #expect(camera.acquisition.counts == AcquisitionCounts(timeouts: 1, restarts: 1))
        world.end("silent", of: "VSC-7")
        _ = try camera.triggeredImage()
    }

    @Test func unpluggedCameraIsToldOnceAndComesBackAsItWas() throws {
        let world = try World("camera zyla-4.2 VSC-7")
        let lines = Lock<[String]>([])
        let camera = try world.open(log: DeviceLog(write: { line, _ in lines.update { $0.append(line) } }))
        _ = try camera.setROI(ROI(left: 20, top: 30, width: 64, height: 48))
        try camera.setTrigger(.software, .strobe)
        try camera.expose(for: 0.003)
        try camera.enable()
        _ = try camera.image()
        try world.order("unplugged", of: "VSC-7")
        let errors = Lock<[String]>([])
        let images = Lock<[Frame]>([])
        let isDone = Lock(false)
        let source = camera.dataSource
        let reader = try BlockingThread.start("reader") {
            while !isDone.withLock({ $0 }) {
                do {
                    guard let datum = try source.next(within: .milliseconds(50)) else { continue }
                    if case .frame(let frame) = datum.content, !errors.withLock(\.isEmpty) {
                        images.update { $0.append(frame) }
                    }
                } catch { errors.update { $0.append("\(error)") } }
            }
        }
        #expect(errors.wait(within: patience) { $0.isEmpty ? nil : true } == true)
        let lost = #expect(throws: DeviceError.self) { try camera.exposureTime }
        #expect(lost?.cause as? AndorStatus == .connection || lost?.cause as? AndorStatus == AndorStatus(12))
        world.end("unplugged", of: "VSC-7")
        #expect(images.wait(within: patience) { $0.count < 3 ? nil : true } == true)
        isDone.update { $0 = true }
        reader.join()
        #expect(errors.withLock { $0 } == ["waiting for an image on VSC-7: AT_ERR_CONNECTION (10)"])
        #expect(lines.withLock { $0 }.contains("VSC-7 is back"))
        #expect(camera.acquisition.counts.losses == 1)
        #expect(try camera.exposureTime == 0.003)
        #expect(try camera.roi == ROI(left: 20, top: 30, width: 64, height: 48))
        #expect(images.withLock { $0[0] }[5, 6] == light(25, 36))
    }

    @Test func cameraThatWasPluggedInAgainCanBeEnabled() throws {
        let world = try World("camera zyla-4.2 VSC-7")
        let camera = try running(world)
        try camera.disable()
        try world.order("unplugged", of: "VSC-7")
        #expect(throws: DeviceError.self) { try camera.exposureTime }
        #expect(throws: DeviceError.self) { try camera.enable() }
        world.end("unplugged", of: "VSC-7")
        try camera.enable()
        #expect(try camera.triggeredImage().array.shape == [64, 64])
    }

    @Test func restartsWithoutImagesEndInANewOpening() throws {
        let world = try World("camera zyla-4.2 VSC-7")
        var options = AcquisitionOptions.quick
        options.restartLimit = 2
        let camera = try world.open(options: options)
        _ = try camera.setROI(Self.small)
        try camera.setTrigger(.software, .strobe)
        try camera.enable()
        _ = try camera.image()
        try world.order("fails", of: "VSC-7", "WaitBuffer 100 3")
        let errors = try errorsBeforeTheNextImage(camera)
        #expect(errors.count == 3)
        #expect(camera.acquisition.counts == AcquisitionCounts(overflows: 3, restarts: 3, losses: 1))
    }

    @Test func hangingSDKIsToldToCallsInsteadOfHangingThem() throws {
        let lines = Lock<[String]>([])
        let gate = Gate(patience: .milliseconds(20), act: { "AT_WaitBuffer on VSC-7" }) { event in
            lines.update { $0.append("\(event)") }
        }
        let (isIn, mayGo) = (Lock(false), Lock(false))
        let reader = try BlockingThread.start("reader") {
            gate.wait {
                isIn.update { $0 = true }
                _ = mayGo.wait(within: patience) { $0 ? true : nil }
            }
        }
        #expect(isIn.wait(within: patience) { $0 ? true : nil } == true)
        for _ in 0..<2 {
            let error = #expect(throws: DeviceError.self) { try gate.call {} }
            #expect(error?.message == "the SDK hangs: AT_WaitBuffer on VSC-7 has not returned for 0.02 seconds")
        }
        #expect(lines.withLock { $0.map { $0.prefix(35) } } == [#"hangs(act: "AT_WaitBuffer on VSC-7""#])
        mayGo.update { $0 = true }
        reader.join()
        #expect(lines.withLock { $0.map { $0.prefix(5) } } == ["hangs", "isBac"])
        #expect(throws: Never.self) { try gate.call { try gate.call {} } }
    }

    @Test func nothingWaitsInTheSDKDuringACall() throws {
        let gate = Gate(patience: patience)
        let entered = Lock(false)
        let reader = try gate.call {
            let reader = try BlockingThread.start("reader") { gate.wait { entered.update { $0 = true } } }
            #expect(entered.wait(within: .milliseconds(20)) { $0 ? true : nil } == nil)
            return reader
        }
        reader.join()
        #expect(entered.withLock { $0 })
    }

    @Test func callsAreMadeDuringAWait() throws {
        let camera = try World("camera zyla-4.2 VSC-7").open()
        try camera.setTrigger(.risingEdge, .once)
        try camera.enable()
        let source = camera.dataSource
        let result = Lock<Bool?>(nil)
        let reader = try BlockingThread.start("reader") {
            let datum = Result { try source.next(within: patience) }
            result.update { $0 = if case .success(nil) = datum { true } else { false } }
        }
        for _ in 0..<50 { #expect(try camera.exposureTime > 0) }
        try camera.disable()
        #expect(result.withLock { $0 } == nil)
        source.interrupt()
        reader.join()
        #expect(result.withLock { $0 } == true)
    }

    @Test func waitThatHangsForAWhileLosesNothing() throws {
        let world = try World("camera zyla-4.2 VSC-7")
        let camera = try running(world)
        try world.order("hang", of: "VSC-7")
        try camera.trigger()
        let reader = try BlockingThread.start("reader") {
            Pause.wait(for: .milliseconds(30))
            world.end("hang", of: "VSC-7")
        }
        #expect(try camera.image()[0, 0] == 1)
        reader.join()
    }

    @Test func emptyQueueIsNeverFlushed() throws {
        // Some versions freeze with a Sona; the simulation does so for a minute.
        let world = try World("camera sona VSC-7")
        let begin = ContinuousClock.now
        try world.order("frozen-flush", of: "VSC-7")
        let camera = try running(world)
        try camera.disable()
        try camera.disable()
        try camera.abort()
        try camera.enable()
        try camera.shutdown()
        #expect(ContinuousClock.now - begin < .seconds(50))
    }

    @Test func cameraThatCannotBeStartedIsDisabled() throws {
        let world = try World("camera zyla-4.2 VSC-7")
        let camera = try world.open()
        try world.order("fails", of: "VSC-7", "AcquisitionStart 6 1")
        let error = #expect(throws: DeviceError.self) { try camera.enable() }
        #expect(error?.description == "AcquisitionStart on VSC-7: AT_ERR_OUTOFRANGE (6)")
        #expect(!camera.isEnabled)
        try camera.ready()
        _ = try camera.triggeredImage()
    }
}
