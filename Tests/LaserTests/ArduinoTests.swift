import Contracts
import Devices
import Pickle
import SerialInstruments
import Testing
import Transports

@testable import Lasers

struct ArduinoTests {
    typealias Bench = DrivenInstrument<SimulatedArduino, ArduinoTrigger>

    static func bench(_ board: SimulatedArduino = .init(), leavesLines: Bool = false) throws -> Bench {
        try Bench(board, ArduinoBoard.port) { connector in
            try ArduinoTrigger(connector, ArduinoBoard.format.fast, leavesLines: leavesLines)
        }
    }

    /// The dialogue from the firmware's source.
    @Test(
        arguments: [
            ([30], Array("MM-Ard\r\n".utf8)), ([1, 5], [1]), ([1, 5, 2], [1, 2, 5]), ([1, 0xFF, 2], [1, 2, 0x3F]),
            ([22, 1, 20, 21], [22, 20, 21]), ([99, 2], [2, 0]),
        ] as [([UInt8], [UInt8])]
    )
    func simulationAnswersAsTheBoardDoes(bytes: [UInt8], answer: [UInt8]) {
        var board = SimulatedArduino()
        #expect(board.receive(bytes, at: .now).flatMap(\.bytes) == answer)
    }

    @Test func simulationForgetsWhatIsNotFinished() {
        var board = SimulatedArduino()
        let now = ContinuousClock.now
        #expect(board.receive([1], at: now).isEmpty)
        #expect(board.receive([2], at: now + .seconds(2)) == [SimulatedOutput([2, 0])])
    }

    @Test(arguments: [false, true]) func linesAreLowOnceItIsOpen(leavesLines: Bool) throws {
        let bench = try Self.bench(leavesLines: leavesLines)
        bench.port.update { $0.pattern = 0b101 }
        let device = try bench.open()
        #expect(bench.port.instrument.pattern == (leavesLines ? 0b101 : 0))
        #expect(try device.level(of: 2) == leavesLines)
    }

    @Test func linesAreLowAfterDisableAndShutdown() throws {
        let bench = try Self.bench()
        let device = try bench.open()
        try device.setLevel(of: 0, true)
        try device.setLevel(of: 5, true)
        #expect(bench.port.instrument.pattern == 0b100001)
        try device.disable()
        #expect(bench.port.instrument.pattern == 0)
        try device.setLevel(of: 3, true)
        try device.shutdown()
        #expect(bench.port.instrument.pattern == 0)
        #expect(throws: DeviceError.self) { try device.level(of: 3) }
    }

    @Test func linesAreLowWhenThePortIsBackThoughNobodyAsks() throws {
        let bench = try Self.bench()
        let device = try bench.open()
        try device.setting("gate").set(.int(ArduinoGate.high.rawValue))
        try device.enable()
        try device.setLevel(of: 1, true)
        bench.port.unplug()
        #expect(throws: DeviceError.self) { try device.level(of: 1) }
        try bench.port.plugIn()
        #expect(bench.port.wait(within: patience) { $0.pattern == 0 })
        #expect(try !device.level(of: 1))
        #expect(!device.isEnabled)
        #expect(try device.setting("gate").get() == .int(ArduinoGate.none.rawValue))
    }

    @Test func itsInputGatesItsOutputs() throws {
        let bench = try Self.bench()
        let device = try bench.open()
        try device.setLevel(of: 0, true)
        for (gate, isHigh, output) in [
            (ArduinoGate.high, true, 1), (.high, false, 0), (.low, true, 0), (.low, false, 1), (.none, false, 1),
        ] {
            try device.setting("gate").set(.int(gate.rawValue))
            bench.port.update { $0.isInputHigh = isHigh }
            #expect(Int(bench.port.instrument.output) == output, "\(gate) with \(isHigh)")
        }
    }

    @Test func waitsForABoardThatIsReset() throws {
        var board = SimulatedArduino()
        board.resetTime = .milliseconds(150)
        _ = try Self.bench(board).open()
    }

    @Test func noiseIsNoAnswer() throws {
        let bench = try Self.bench()
        let device = try bench.open()
        try device.setLevel(of: 0, true)
        bench.port.spoil { $0.noise = [0xFF, 2] }
        #expect(try device.level(of: 0))
        bench.port.spoil { $0.lostAnswers = 1 }
        try device.disable()
        #expect(bench.port.instrument.pattern == 0)
    }

    @Test func neverTrapsWhateverComes() throws {
        for seed in 0..<200 {
            var spoiler = Spoiler(seed: UInt64(seed))
            let lines = LineProtocol(FuzzedStream(SimulatedArduino()) { spoiler.spoil($0) }, ArduinoBoard.format.fast)
            let (board, exercise) = (ArduinoBoard(), Exercise(lines: lines))
            exercise.identify(board.identify)
            exercise.attempt { try board.setPattern(0xFF, lines) }
            exercise.attempt { _ = try board.pattern(lines) }
            exercise.attempt { try board.setGate(.low, lines) }
            exercise.attempt { try board.switchOff(lines) }
        }
    }

    private static let makers = [Maker("arduino-trigger") { try bench().open() }]

    @Test(arguments: try makers.contractCases) func keepsTheContracts(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
