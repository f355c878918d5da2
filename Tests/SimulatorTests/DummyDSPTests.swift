import Contracts
import Devices
import Pickle
import Simulators
import Testing

@testable import Simulators

struct DummyDSPTests {
    private let dsp = DummyDSP()
    private var client: Client { Client(dsp) }

    private func action(_ milliseconds: Double, _ digital: Int, _ analog: PythonValue...) -> PythonValue {
        .tuple([.float(milliseconds), .tuple([.int(digital), .list(analog)])])
    }

    private func prepare(_ actions: PythonValue..., repetitions: Int = 1) throws {
        try client.call("PrepareActions", .list(actions), .int(repetitions))
    }

    @Test func hasTheMethodsThatCockpitCalls() {
        let methods = [
            "Abort", "DownloadProfile", "InitProfile", "MoveAbsolute", "PrepareActions", "ReadDigital", "ReadPosition",
            "RunActions", "WriteDigital", "arcl", "profileSet", "trigCollect",
        ]
        #expect(Set(client.interface.methodNames).isSuperset(of: methods))
    }

    @Test func methodsOfOlderExecutorsDoNothing() throws {
        #expect(try client.call("DownloadProfile") == .none)
        #expect(try client.call("InitProfile", 2) == .none)
        #expect(try client.call("arcl", 1, .list([])) == .none)
        #expect(try client.call("trigCollect") == .none)
        #expect(try client.call("profileSet", "bytes", 1, 2, 3) == .none)
        for method in ["InitProfile", "arcl"] {
            #expect(throws: RemoteError.self) { try client.call(method) }
        }
    }

    @Test func linesKeepWhatIsWritten() throws {
        #expect(try client.call("ReadDigital") == 0)
        try client.call("WriteDigital", 5)
        #expect(try client.call("ReadDigital") == 5)
        try client.call("MoveAbsolute", 3, 7)
        #expect(try client.call("ReadPosition", 3) == .int(7))
        #expect(try client.call("ReadPosition", 0) == .int(0))
        try client.call("MoveAbsolute", 3, 7.5)
        #expect(try client.call("ReadPosition", 3) == .float(7.5))
        #expect(throws: RemoteError.self) { try client.call("ReadPosition", 4) }
        #expect(throws: RemoteError.self) { try client.call("MoveAbsolute", -1, 0) }
    }

    @Test func saysWhenItsActionsAreDoneThoughNobodyEnabledIt() throws {
        #expect(dsp.sendsWhileDisabled)
        try prepare(action(0, 1, 10, 20), action(1, 0, 11), repetitions: 3)
        #expect(try dsp.dataSource.next(within: .zero) == nil)
        try client.call("RunActions")
        #expect(try dsp.dataSource.value() == "DSP done")
        #expect(try client.call("ReadDigital") == 0)
        #expect(try client.call("ReadPosition", 0) == 11)
        #expect(try client.call("ReadPosition", 1) == 20)
        #expect(try dsp.dataSource.next(within: .milliseconds(2)) == nil)
    }

    @Test func runReturnsAtOnceAndIsOverAfterAbort() throws {
        try prepare(action(0, 3), action(3_600_000, 0))
        try client.call("RunActions")
        #expect(try client.call("ReadDigital") == 3)
        #expect(throws: DeviceError.self) { try client.call("RunActions") }
        #expect(throws: DeviceError.self) { try client.call("WriteDigital", 1) }
        try client.call("Abort")
        #expect(try client.call("ReadDigital") == 3)
        try client.call("WriteDigital", 1)
        #expect(try dsp.dataSource.next(within: .milliseconds(2)) == nil)
    }

    @Test func runOfNothingIsDoneAtOnce() throws {
        try client.call("RunActions")
        let datum = try dsp.dataSource.next(within: .zero)
        #expect(datum?.isMessage == true)
    }

    @Test func canRunAgainThoughNobodyListens() throws {
        try prepare(action(0, 1))
        for _ in 0..<3 { try client.call("RunActions") }
        #expect(try client.call("ReadDigital") == 1)
    }

    @Test func actionsThatMakeNoSenseAreValueErrors() throws {
        #expect(throws: RemoteError.self) { try prepare("x") }
        #expect(throws: RemoteError.self) { try prepare(action(-1, 0)) }
        #expect(throws: RemoteError.self) { try prepare(action(.nan, 0)) }
        #expect(throws: RemoteError.self) { try prepare(action(1e300, 0)) }
        #expect(throws: RemoteError.self) { try prepare(action(2, 0), action(1, 0)) }
        #expect(throws: RemoteError.self) { try prepare(action(0, 0, 1, 2, 3, 4, 5)) }
        #expect(throws: RemoteError.self) { try prepare(action(0, 0), repetitions: .max) }
        #expect(throws: RemoteError.self) { try prepare(action(0, 0), repetitions: -1) }
    }
}

struct DSPTableTests {
    private let before = DSPLines()

    private func table(repetitions: Int) throws -> DSPTable {
        try DSPTable(
            [
                DSPAction(time: .milliseconds(10), digital: 1, analog: [1]),
                DSPAction(time: .milliseconds(20), digital: 2, analog: [2, 4]),
                DSPAction(time: .milliseconds(30), digital: 3, analog: [3]),
            ],
            repetitions: repetitions
        )
    }

    @Test(arguments: [(0, 0), (9, 0), (10, 1), (29, 2), (30, 3), (39, 3), (40, 1), (59, 2), (60, 3), (1000, 3)])
    func linesFollowFromTheTime(milliseconds: Int, digital: Int) throws {
        let table = try table(repetitions: 2)
        #expect(table.duration == .milliseconds(60))
        #expect(table.lines(after: .milliseconds(milliseconds), from: before).digital == digital)
    }

    @Test func analogLinesThatAnActionDoesNotNameStay() throws {
        let lines = try table(repetitions: 1).lines(after: .milliseconds(30), from: before)
        #expect(lines.analog == [3, 4, 0, 0])
    }

    @Test func withoutRepetitionsNothingHappens() throws {
        let table = try table(repetitions: 0)
        #expect(table.duration == .zero)
        #expect(table.lines(after: .seconds(1), from: before) == before)
    }
}
