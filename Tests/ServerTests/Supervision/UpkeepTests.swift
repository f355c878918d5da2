import Devices
import Pickle
import Testing

@testable import Server

/// What is known of a definition whose workers are numbers.
struct UpkeepTests {
    private var upkeep = Upkeep<Int>(memory: DeviceMemory())
    private let uris = ["PYRO:Camera@127.0.0.1:8001", "PYRO:Lamp@127.0.0.1:8001"]
    private let first = WorkerOrder(
        file: "scope.yaml",
        definition: 3,
        isSimulated: false,
        log: LogOptions(),
        memory: DeviceMemory()
    )
    private var memory: DeviceMemory {
        var memory = DeviceMemory()
        memory.setClients(of: "Camera", to: ["PYRO:client@127.0.0.1:9000"])
        return memory
    }

    @Test mutating func aDefinitionIsServedFromWhenItsWorkerSaysSo() {
        #expect(upkeep.service == .waiting)
        upkeep.begin(7)
        #expect(upkeep.service == .starting)
        #expect(upkeep.tenure?.worker == 7)
        upkeep.serve(at: uris, hasLightSource: true)
        #expect(upkeep.service == .serving)
        #expect(upkeep.tenure?.uris == uris)
        #expect(upkeep.hasLightSource)
    }

    @Test mutating func nothingIsLeftOfAWorkerThatHasEnded() {
        upkeep.begin(7)
        upkeep.serve(at: uris, hasLightSource: true)
        upkeep.note(["Camera": .dict([:])])
        let tenure = upkeep.end()
        #expect(tenure?.worker == 7)
        #expect(upkeep.service == .waiting)
        #expect(upkeep.tenure == nil)
        // Lights are shut down first even if their worker is away at the time.
        #expect(upkeep.hasLightSource)
    }

    @Test mutating func onlyAWorkerThatIsThereCanMakeWay() {
        #expect(upkeep.makeWay()?.worker == nil)
        upkeep.begin(7)
        #expect(upkeep.tenure?.makesWay == false)
        #expect(upkeep.makeWay()?.worker == 7)
        #expect(upkeep.end()?.makesWay == true)
        upkeep.begin(8)
        #expect(upkeep.tenure?.makesWay == false)
    }

    @Test mutating func theNextWorkerGetsTheSamePortAndWhatClientsHadSet() {
        upkeep.begin(7)
        var order = upkeep.order(like: first, parts: ["Stage": "PYRO:Stage@127.0.0.1:8002"])
        #expect(order.parts == ["Stage": "PYRO:Stage@127.0.0.1:8002"])
        #expect((order.file, order.definition, order.port, order.isRestart) == ("scope.yaml", 3, nil, false))
        upkeep.serve(at: uris, hasLightSource: false)
        upkeep.memory = memory
        _ = upkeep.end()
        upkeep.begin(8)
        order = upkeep.order(like: first, parts: [:])
        #expect((order.port, order.isRestart) == (8001, true))
        #expect(order.memory == memory)
        #expect(order.parts.isEmpty)
        #expect(upkeep.starts == 2)
    }

    @Test mutating func aWorkerThatNeverServedIsNoReasonForARestart() {
        upkeep.begin(7)
        _ = upkeep.end()
        upkeep.begin(8)
        #expect(!upkeep.order(like: first, parts: [:]).isRestart)
    }

    @Test mutating func silenceIsToldOnceAndSoIsItsEnd() {
        var told = [upkeep.noteSilence()]
        upkeep.begin(7)
        upkeep.serve(at: uris, hasLightSource: false)
        told += [upkeep.noteAnswer(), upkeep.noteSilence(), upkeep.noteSilence()]
        #expect(told == [false, false, true, false])
        #expect(upkeep.service == .notAnswering)
        told = [upkeep.noteAnswer(), upkeep.noteAnswer()]
        #expect(told == [true, false])
        #expect(upkeep.service == .serving)
    }

    @Test mutating func aWorkerThatWasGivenUpIsKnownAsThat() {
        upkeep.begin(7)
        _ = upkeep.noteSilence()
        upkeep.giveUp()
        let tenure = upkeep.end()
        #expect(tenure?.isLost == true)
        upkeep.begin(8)
        #expect(upkeep.service == .starting)
        #expect(upkeep.tenure?.isLost == false)
    }

    @Test mutating func reportsAreCountedAcrossWorkers() {
        upkeep.begin(7)
        upkeep.note(["Camera": .dict([:])])
        #expect(upkeep.tenure?.report == ["Camera": .dict([:])])
        _ = upkeep.end()
        upkeep.begin(8)
        #expect(upkeep.tenure?.report == [:])
        upkeep.note([:])
        #expect(upkeep.reportCount == 2)
    }

    @Test mutating func theTimeIsThatOfTheLastChange() {
        upkeep.begin(7)
        let start = upkeep.since
        upkeep.note([:])
        upkeep.memory = memory
        #expect(upkeep.since == start)
        upkeep.serve(at: uris, hasLightSource: false)
        #expect(upkeep.since > start)
    }
}
