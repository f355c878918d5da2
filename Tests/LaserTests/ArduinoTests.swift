import Contracts
import Devices
import Pickle
import SerialInstruments
import Testing
import Transports

@testable import Lasers

struct ArduinoTests {
    typealias InstrumentSetup = DrivenInstrument<SimulatedArduino, ArduinoTrigger>

    static func setup(_ board: SimulatedArduino = .init(), leavesLines: Bool = false) throws -> InstrumentSetup {
        try InstrumentSetup(board, ArduinoBoard.port) { connector in
            try ArduinoTrigger(connector, ArduinoBoard.format.fast, leavesLines: leavesLines)
        }
    }

    /// The dialogue from the firmware's source.
    @Test(
        arguments: [
            ([30], Array("MM-Ard\r\n".utf8)), ([1, 5], [1]), ([1, 5, 2], [1, 2, 5]), ([1, 0xFF, 2], [1, 2, 0x3F]),
            ([22, 1, 20, 21], [22, 20, 21]), ([99, 2], [2, 0]), ([32], [32, 1, 0]), ([3, 1, 0xF2, 3], [3, 1, 2, 3]),
            ([5, 7, 0xFF], [5, 7, 0x3F]), ([6, 2, 7, 3, 11, 4], [6, 2, 7, 3, 11, 4]), ([10, 1, 2, 3], [10, 1]),
            ([8], []), ([6, 1, 8, 9], [6, 1, 8, 9, 0]), ([6, 1, 12, 2], [6, 1, 12, 2, 0]), ([40], [40, 0x3F]),
            ([41, 2], [41, 2, 0, 200]), ([41, 9], []), ([42, 1, 1], [42, 1, 1]), ([33, 35], []),
            // Command 2 reads the pins, which blanking holds low; 21 leaves them as they are.
            ([1, 5, 20, 2, 21, 2, 1, 5, 2], [1, 20, 2, 0, 21, 2, 0, 1, 2, 5]),
        ] as [([UInt8], [UInt8])]
    )
    func simulationAnswersAsTheBoardDoes(bytes: [UInt8], answer: [UInt8]) {
        var board = SimulatedArduino()
        #expect(board.receive(bytes, at: .now).flatMap(\.bytes) == answer)
    }

    @Test func simulationKnowsTheCommandsOfItsVersion() {
        var board = SimulatedArduino()
        board.version = 5
        #expect(board.receive([33, 0, 2, 3, 0xFF], at: .now).flatMap(\.bytes) == [33, 0, 2])
        #expect(board.receive([34, 35], at: .now).flatMap(\.bytes) == [34, 0, 35, 6])
        board.version = 2
        #expect(board.receive([32], at: .now).isEmpty)
        #expect(board.receive([5, 12], at: .now).flatMap(\.bytes) == Array("n:".utf8))
    }

    @Test func simulationRunsATriggeredSequence() {
        var board = SimulatedArduino()
        _ = board.receive([5, 0, 1, 5, 1, 2, 6, 2, 8], at: .now)
        var seen: [UInt8] = []
        for isHigh in [true, false, true, false, true] {
            board.isInputHigh = isHigh
            seen.append(board.output)
        }
        #expect(seen == [1, 0, 2, 0, 1])
        #expect(board.receive([9, 2], at: .now).flatMap(\.bytes) == [9, 3, 2, 0])
    }

    @Test func simulationForgetsWhatIsNotFinished() {
        var board = SimulatedArduino()
        let now = ContinuousClock.now
        #expect(board.receive([1], at: now).isEmpty)
        #expect(board.receive([2], at: now + .seconds(2)) == [SimulatedOutput([2, 0])])
    }

    @Test(arguments: [false, true]) func linesAreLowOnceItIsOpen(leavesLines: Bool) throws {
        let setup = try Self.setup(leavesLines: leavesLines)
        setup.port.update { $0.pattern = 0b101 }
        let device = try setup.open()
        #expect(setup.port.instrument.pattern == (leavesLines ? 0b101 : 0))
        #expect(try device.level(of: 2) == leavesLines)
    }

    @Test func linesAreLowAfterDisableAndShutdown() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setLevel(of: 0, true)
        try device.setLevel(of: 5, true)
        #expect(setup.port.instrument.pattern == 0b100001)
        try device.disable()
        #expect(setup.port.instrument.pattern == 0)
        try device.setLevel(of: 3, true)
        try device.shutdown()
        #expect(setup.port.instrument.pattern == 0)
        #expect(throws: DeviceError.self) { try device.level(of: 3) }
    }

    @Test func linesAreLowWhenThePortIsBackThoughNobodyAsks() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setting("gate").set(.int(ArduinoGate.high.rawValue))
        try device.enable()
        try device.setLevel(of: 1, true)
        setup.port.unplug()
        #expect(throws: DeviceError.self) { try device.level(of: 1) }
        try setup.port.plugIn()
        #expect(setup.port.wait(within: patience) { $0.pattern == 0 })
        #expect(try !device.level(of: 1))
        #expect(!device.isEnabled)
        #expect(try device.setting("gate").get() == .int(ArduinoGate.high.rawValue), "as it was set")
        #expect(setup.port.instrument.isBlanking)
    }

    /// Witness: the firmware's source, where command 2 reads PORTB, which blanking sets to 0.
    @Test func aLineThatIsSetInTheDarkLeavesTheOthersAsTheyAre() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setLevel(of: 4, true)
        try device.setting("gate").set(.int(ArduinoGate.high.rawValue))
        #expect(setup.port.instrument.output == 0)
        setup.port.forgetTranscript()
        try device.setLevel(of: 1, true)
        #expect(setup.port.transcript.unicodeScalars.suffix(2).map(\.value) == [1, 0x12])
        #expect(try device.level(of: 4) && device.level(of: 1))
        setup.port.update { $0.isInputHigh = true }
        #expect(setup.port.instrument.output == 0x12)
    }

    @Test func linesThatTheGateHeldLowAreHighAgainWithoutIt() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setting("gate").set(.int(ArduinoGate.high.rawValue))
        try device.setLevel(of: 1, true)
        #expect(setup.port.instrument.output == 0)
        try device.setting("gate").set(.int(ArduinoGate.none.rawValue))
        #expect(setup.port.instrument.output == 2)
        #expect(try device.level(of: 1))
    }

    @Test func disablingProvesThatNoLineIsHighBehindTheGate() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setting("gate").set(.int(ArduinoGate.low.rawValue))
        try device.setLevel(of: 1, true)
        #expect(setup.port.instrument.output == 2)
        try device.disable()
        #expect(setup.port.instrument.pattern == 0)
        #expect(setup.port.instrument.isBlanking)
        #expect(try !device.level(of: 1))
    }

    @Test func aBoardThatAnotherProgramGatesIsOpenedWithItsLinesLow() throws {
        let setup = try Self.setup(leavesLines: true)
        setup.port.update { board in
            board.pattern = 1
            _ = board.receive([20], at: .now)
        }
        _ = try setup.open()
        #expect(!setup.port.instrument.isBlanking)
        #expect(setup.port.instrument.pattern == 0, "what the gate held low stays low")
    }

    @Test func itsInputGatesItsOutputs() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setLevel(of: 0, true)
        for (gate, isHigh, output) in [
            (ArduinoGate.high, true, 1), (.high, false, 0), (.low, true, 0), (.low, false, 1), (.none, false, 1),
        ] {
            try device.setting("gate").set(.int(gate.rawValue))
            setup.port.update { $0.isInputHigh = isHigh }
            #expect(Int(setup.port.instrument.output) == output, "\(gate) with \(isHigh)")
        }
    }

    @Test func waitsForABoardThatIsReset() throws {
        var board = SimulatedArduino()
        board.resetTime = .milliseconds(150)
        _ = try Self.setup(board).open()
    }

    @Test func noiseIsNoAnswer() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setLevel(of: 0, true)
        setup.port.spoil { $0.noise = [0xFF, 2] }
        #expect(try device.level(of: 0))
        setup.port.spoil { $0.lostAnswers = 1 }
        try device.disable()
        #expect(setup.port.instrument.pattern == 0)
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

    private static let makers = [Maker("arduino-trigger") { try setup().open() }]

    @Test(arguments: try makers.contractCases) func keepsTheContracts(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
