import Devices
import Pickle
import Testing

@testable import Server

/// The state of a definition whose workers are numbers.
struct WorkerStateTests {
    private var workerState = WorkerState<Int>(memory: RestoreLog())
    private let uris = ["PYRO:Camera@127.0.0.1:8001", "PYRO:Lamp@127.0.0.1:8001"]
    private let first = WorkerOrder(
        file: "scope.yaml",
        definition: 3,
        isSimulated: false,
        log: LogOptions(),
        memory: RestoreLog()
    )
    private var memory: RestoreLog {
        var memory = RestoreLog()
        memory.setClients(of: "Camera", to: ["PYRO:client@127.0.0.1:9000"])
        return memory
    }

    @Test mutating func aDefinitionIsServedFromWhenItsWorkerSaysSo() {
        #expect(workerState.service == .waiting)
        workerState.begin(7)
        #expect(workerState.service == .starting)
        #expect(workerState.running?.worker == 7)
        workerState.serve(at: uris, hasLightSource: true)
        #expect(workerState.service == .serving)
        #expect(workerState.running?.uris == uris)
        #expect(workerState.hasLightSource)
    }

    @Test mutating func nothingIsLeftOfAWorkerThatHasEnded() {
        workerState.begin(7)
        workerState.serve(at: uris, hasLightSource: true)
        workerState.note(["Camera": .dict([:])])
        let running = workerState.end()
        #expect(running?.worker == 7)
        #expect(workerState.service == .waiting)
        #expect(workerState.running == nil)
        // Lights are shut down first even if their worker is away at the time.
        #expect(workerState.hasLightSource)
    }

    @Test mutating func onlyAWorkerThatIsThereCanMakeWay() {
        #expect(workerState.replace()?.worker == nil)
        workerState.begin(7)
        #expect(workerState.running?.isBeingReplaced == false)
        #expect(workerState.replace()?.worker == 7)
        #expect(workerState.end()?.isBeingReplaced == true)
        workerState.begin(8)
        #expect(workerState.running?.isBeingReplaced == false)
    }

    @Test mutating func theNextWorkerGetsWhatClientsHadSet() {
        workerState.begin(7)
        var order = workerState.order(like: first, parts: ["Stage": "PYRO:Stage@127.0.0.1:8002"])
        #expect(order.parts == ["Stage": "PYRO:Stage@127.0.0.1:8002"])
        #expect((order.file, order.definition, order.isRestart) == ("scope.yaml", 3, false))
        workerState.serve(at: uris, hasLightSource: false)
        workerState.memory = memory
        _ = workerState.end()
        workerState.begin(8)
        order = workerState.order(like: first, parts: [:])
        #expect(order.isRestart)
        #expect(order.memory == memory)
        #expect(order.parts.isEmpty)
        #expect(workerState.starts == 2)
    }

    @Test mutating func aWorkerThatNeverServedIsNoReasonForARestart() {
        workerState.begin(7)
        _ = workerState.end()
        workerState.begin(8)
        #expect(!workerState.order(like: first, parts: [:]).isRestart)
    }

    @Test mutating func silenceIsToldOnceAndSoIsItsEnd() {
        var told = [workerState.noteSilence()]
        workerState.begin(7)
        workerState.serve(at: uris, hasLightSource: false)
        told += [workerState.noteAnswer(), workerState.noteSilence(), workerState.noteSilence()]
        #expect(told == [false, false, true, false])
        #expect(workerState.service == .notAnswering)
        told = [workerState.noteAnswer(), workerState.noteAnswer()]
        #expect(told == [true, false])
        #expect(workerState.service == .serving)
    }

    @Test mutating func aWorkerThatWasGivenUpIsKnownAsThat() {
        workerState.begin(7)
        _ = workerState.noteSilence()
        workerState.giveUp()
        let running = workerState.end()
        #expect(running?.isLost == true)
        workerState.begin(8)
        #expect(workerState.service == .starting)
        #expect(workerState.running?.isLost == false)
    }

    @Test mutating func reportsAreCountedAcrossWorkers() {
        workerState.begin(7)
        workerState.note(["Camera": .dict([:])])
        #expect(workerState.running?.report == ["Camera": .dict([:])])
        _ = workerState.end()
        workerState.begin(8)
        #expect(workerState.running?.report == [:])
        workerState.note([:])
        #expect(workerState.reportCount == 2)
    }

    @Test mutating func theTimeIsThatOfTheLastChange() {
        workerState.begin(7)
        let start = workerState.since
        workerState.note([:])
        workerState.memory = memory
        #expect(workerState.since == start)
        workerState.serve(at: uris, hasLightSource: false)
        #expect(workerState.since > start)
    }

    // MARK: Light

    private let off = [LightsOff.Finding(name: "Lamp", light: .off)]
    private var lit: WorkerState<Int> { WorkerState(memory: RestoreLog(), mayHaveLight: true) }

    @Test mutating func lightIsUncertainAfterAnEndWithoutConfirmation() {
        workerState = lit
        workerState.begin(7)
        #expect(!workerState.isLightUncertain)
        workerState.serve(at: uris, hasLightSource: true)
        // What was off at one time may be on later.
        workerState.note(off, isFinal: false)
        _ = workerState.end()
        #expect(workerState.isLightUncertain && workerState.lightWarning != nil)
        #expect(workerState.order(like: first, parts: [:]).isRestart)
        workerState.begin(8)
        workerState.note(off, isFinal: false)
        #expect(!workerState.isLightUncertain && workerState.lightWarning == nil)
    }

    @Test mutating func lightIsCertainAfterAConfirmation() {
        workerState = lit
        workerState.begin(7)
        workerState.serve(at: uris, hasLightSource: true)
        workerState.note(off, isFinal: true)
        _ = workerState.end()
        #expect(!workerState.isLightUncertain)
    }

    @Test mutating func aWorkerThatOpenedNothingConfirmsNothing() {
        workerState = lit
        workerState.begin(7)
        workerState.serve(at: uris, hasLightSource: true)
        _ = workerState.end()
        workerState.begin(8)
        workerState.note([], isFinal: true)
        _ = workerState.end()
        #expect(workerState.isLightUncertain)
        // Another process that opens the devices for this alone.
        workerState.note(off, isFinal: true)
        #expect(!workerState.isLightUncertain)
    }

    @Test mutating func lightThatStaysOnIsNamed() {
        workerState = lit
        workerState.begin(7)
        workerState.serve(at: uris, hasLightSource: true)
        workerState.note([LightsOff.Finding(name: "Lamp", light: .on)], isFinal: true)
        _ = workerState.end()
        #expect(workerState.lightWarning == "Lamp: LIGHT IS STILL ON")
    }

    @Test mutating func aFirstStartThatFailsLeavesNothingUncertain() {
        workerState = lit
        workerState.begin(7)
        workerState.note([], isFinal: true)
        _ = workerState.end()
        #expect(!workerState.isLightUncertain)
    }

    @Test mutating func aControllerWithoutLightIsNothingToWorryAbout() {
        workerState = lit
        workerState.begin(7)
        workerState.serve(at: uris, hasLightSource: false)
        _ = workerState.end()
        #expect(!workerState.isLightUncertain)
    }

    // MARK: Restoring

    private func call(_ member: String) -> RestoreLog.Call {
        RestoreLog.Call(object: "Camera", call: RestoredCall(.call, member, [1]))
    }

    private mutating func set(_ members: String...) {
        for member in members { _ = workerState.memory.note([.restore(call(member).call)], of: "Camera") }
    }

    /// A worker that ends while it makes a call again, or before it makes any.
    private mutating func runWorker(endingIn member: String?) -> RestoreLog.Call? {
        workerState.begin(1)
        if let member { workerState.note(restoring: call(member)) }
        let fatal = workerState.forgetFatalCall()
        _ = workerState.end()
        return fatal
    }

    @Test mutating func aWorkerThatCannotOpenItsDevicesLosesNothing() {
        set("set_roi", "set_binning")
        let before = workerState.memory
        for _ in 0..<5 { #expect(runWorker(endingIn: nil) == nil) }
        #expect(workerState.memory == before)
    }

    @Test mutating func onlyTheCallThatEndsTwoWorkersIsDropped() {
        set("set_roi", "set_binning")
        workerState.memory.setClients(of: "Camera", to: ["PYRO:client@127.0.0.1:9000"])
        #expect(runWorker(endingIn: "set_roi") == nil)
        #expect(runWorker(endingIn: nil) == nil)
        #expect(runWorker(endingIn: "set_roi") == call("set_roi"))
        #expect(workerState.memory.calls == [call("set_binning")])
        #expect(workerState.memory.clients.map(\.uris) == [["PYRO:client@127.0.0.1:9000"]])
    }

    @Test mutating func aWorkerThatServesClearsTheSuspicion() {
        set("set_roi")
        #expect(runWorker(endingIn: "set_roi") == nil)
        workerState.begin(1)
        workerState.note(restoring: call("set_roi"))
        workerState.note(restoring: nil)
        workerState.serve(at: uris, hasLightSource: false)
        #expect(workerState.forgetFatalCall() == nil)
        #expect(runWorker(endingIn: "set_roi") == nil)
        #expect(workerState.memory.calls == [call("set_roi")])
    }
}
