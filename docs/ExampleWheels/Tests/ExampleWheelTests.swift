import Contracts
import Devices
import SerialInstruments
import Testing
import Transports

@testable import ExampleWheels

struct ExampleWheelTests {
    private static func bench(
        _ change: (inout SimulatedExampleWheel) -> Void = { _ in }
    ) throws -> DrivenInstrument<SimulatedExampleWheel, ExampleWheel> {
        var wheel = SimulatedExampleWheel()
        wheel.stepTime = .milliseconds(5)
        change(&wheel)
        return try DrivenInstrument(wheel, ExampleCommands.port) { connector in
            try ExampleWheel(connector, ExampleCommands.format.fast)
        }
    }

    /// All that a filter wheel must do.
    @Test(arguments: try [Maker("example-wheel") { try bench().open() }].contractCases)
    func isKept(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }

    /// A dialogue from the manual.
    @Test func simulationAnswersAsTheWheelDoes() throws {
        #expect(try Self.bench().answer("NUM?\rGO 9\r", 12) == "NUM 6\r\nERR\r\n")
    }

    @Test func aMoveThatEndsElsewhereIsAnError() throws {
        let wheel = try Self.bench { $0.isJammed = true }.open()
        #expect(throws: DeviceError.self) { try wheel.move(to: 3).wait() }
        #expect(try wheel.position == 0)
    }

    @Test func aLostAnswerIsAskedForAgain() throws {
        let bench = try Self.bench()
        let wheel = try bench.open()
        bench.port.spoil { $0.lostAnswers = 1 }
        #expect(try wheel.position == 0)
    }

    @Test func whatWasEnabledIsNoLongerWhenThePortIsBack() throws {
        let bench = try Self.bench()
        let wheel = try bench.open()
        try wheel.enable()
        bench.port.unplug()
        try bench.port.plugIn()
        #expect(bench.logs("is back"))
        #expect(!wheel.isEnabled)
    }
}
