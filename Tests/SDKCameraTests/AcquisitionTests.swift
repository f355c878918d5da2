import Devices
import Pickle
import Platform
import Testing

@testable import SDKCameras

/// The acquisition with an SDK that is not Andor's: one with a ring of its own.
struct AcquisitionTests {
    private let camera = RingCamera()

    private func acquisition() -> Acquisition<RingCamera> {
        var options = AcquisitionOptions()
        options.bufferCount = 5
        options.firstTry = .milliseconds(5)
        options.longestDelay = .milliseconds(20)
        options.watchPause = .milliseconds(10)
        return Acquisition(camera, options, log: DeviceLog())
    }

    private func bytes(_ datum: Datum?) throws -> [UInt8] {
        guard case .frame(let frame)? = datum?.content else { throw DeviceError(.failed, "not an image") }
        return unsafe frame.pixels.withUnsafeBytes { unsafe Array($0) }
    }

    private var calls: [String] { camera.state.withLock(\.calls) }

    @Test func imageOfARingIsCopiedWithoutItsPadding() throws {
        let acquisition = acquisition()
        try acquisition.start()
        camera.state.update { [camera] in $0.due = [.image(Arrival(camera.image, time: 12.5))] }
        let datum = try acquisition.next(within: patience)
        #expect(try bytes(datum) == [0, 1, 2, 8, 9, 10])
        #expect(datum?.timestamp == 12.5)
        try acquisition.stop()
        #expect(calls == ["start 5", "stop"])
    }

    @Test func missedImagesAreCounted() throws {
        let acquisition = acquisition()
        try acquisition.start()
        camera.state.update { [camera] in
            $0.due = [.image(Arrival(camera.image)), .image(Arrival(camera.image, missed: 3))]
        }
        for _ in 0..<2 { _ = try acquisition.next(within: patience) }
        #expect(acquisition.lost == 3)
        #expect(acquisition.counts.missed == 3)
    }

    @Test func triggersAreSentOneAfterAnother() throws {
        let acquisition = acquisition()
        camera.state.withLock { $0.triggering = .software }
        try acquisition.start()
        for _ in 0..<3 { try acquisition.trigger() }
        #expect(calls == ["start 5", "trigger"])
        for _ in 0..<3 { #expect(try acquisition.next(within: patience) != nil) }
        #expect(calls == ["start 5", "trigger", "trigger", "trigger"])
    }

    @Test func changeThatTheCameraRefusesWhileItAcquiresIsMadeInAPause() throws {
        let acquisition = acquisition()
        try acquisition.start()
        camera.state.withLock { $0.refusals = [.busy] }
        try acquisition.change(pausing: false) { try $0.change() }
        #expect(calls == ["start 5", "change", "stop", "change", "start 5"])
        camera.state.withLock { $0.refusals = [.wrong] }
        #expect(throws: DeviceError.self) { try acquisition.change(pausing: false) { try $0.change() } }
        #expect(calls.count == 6)
        #expect(acquisition.isRunning)
    }

    @Test func failedAcquisitionIsRestartedAndItsErrorIsSent() throws {
        let acquisition = acquisition()
        try acquisition.start()
        camera.state.update { $0.due = [.overflowed(DeviceError(.failed, "overflow"))] }
        let error = #expect(throws: DeviceError.self) { try acquisition.next(within: patience) }
        #expect(error?.message == "overflow")
        #expect(calls == ["start 5", "stop", "start 5"])
        #expect(acquisition.counts == AcquisitionCounts(overflows: 1, restarts: 1))
    }

    @Test func lostCameraIsReopenedRestoredAndStarted() throws {
        let acquisition = acquisition()
        try acquisition.beginWatch()
        try acquisition.start()
        camera.state.update { [camera] state in
            state.isThere = false
            state.refusals = [.gone, .gone]
            state.due = [.lost(DeviceError(.failed, "gone", cause: RingStatus.gone)), .image(Arrival(camera.image))]
        }
        #expect(throws: DeviceError.self) { try acquisition.next(within: patience) }
        camera.state.update { $0.isThere = true }
        #expect(try acquisition.next(within: patience) != nil)
        #expect(calls == ["start 5", "stop", "reopen", "reopen", "restore", "start 5"])
        #expect(acquisition.counts.losses == 1)
        try acquisition.close()
        #expect(calls.suffix(2) == ["close", "release"])
    }
}

/// Long enough for the slowest machine; no test that passes waits that long.
let patience = Duration.seconds(30)
