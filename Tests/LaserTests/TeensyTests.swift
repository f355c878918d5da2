import Contracts
import Devices
import Pickle
import SerialInstruments
import Testing
import Transports

@testable import Lasers

struct TeensyTests {
    typealias InstrumentSetup = DrivenInstrument<SimulatedTeensy, TeensyPulses>

    static func setup(_ board: SimulatedTeensy = .init(), leavesPulses: Bool = false) throws -> InstrumentSetup {
        try InstrumentSetup(board, TeensyBoard.port) { connector in
            try TeensyPulses(connector, TeensyBoard.format.fast, leavesPulses: leavesPulses)
        }
    }

    /// The dialogue from the firmware's source, `TeensyPulseGenerator.ino`, version 1.
    @Test(
        arguments: [
            ([0, 0, 0, 0, 0], [0, 1, 0, 0, 0]), ([3, 0x88, 0x13, 0, 0], [3, 0x88, 0x13, 0, 0]),
            ([255, 3], [3, 0xA0, 0x86, 1, 0]), ([255, 4], [4, 0xE8, 3, 0, 0]), ([255, 0], [0, 1, 0, 0, 0]),
            ([3, 1, 0, 0, 0, 255, 3], [3, 1, 0, 0, 0, 3, 1, 0, 0, 0]), ([5, 7, 0, 0, 0], [5, 1, 0, 0, 0]),
            // A start is answered with 1, whatever number came with it; the state of 1 and 2 can be asked for.
            ([1, 9, 0, 0, 0], [1, 1, 0, 0, 0]), ([255, 1, 255, 2], [1, 0, 0, 0, 0, 2, 1, 0, 0, 0]),
            ([1, 0, 0, 0, 0, 255, 1, 255, 2], [1, 1, 0, 0, 0, 1, 1, 0, 0, 0, 2, 0, 0, 0, 0]),
            // While it runs it takes new settings.
            ([1, 0, 0, 0, 0, 5, 1, 0, 0, 0], [1, 1, 0, 0, 0, 5, 1, 0, 0, 0]), ([9, 0, 0, 0, 0], []), ([3, 1], []),
            ([255, 9], []),
        ] as [([UInt8], [UInt8])]
    )
    func simulationAnswersAsTheBoardDoes(bytes: [UInt8], answer: [UInt8]) {
        var board = SimulatedTeensy()
        #expect(board.receive(bytes, at: .now).flatMap(\.bytes) == answer)
    }

    @Test func simulationCountsPulsesAndEndsASeriesSilently() {
        var board = SimulatedTeensy()
        board.values[3] = 10_000
        board.values[6] = 3
        let now = ContinuousClock.now
        #expect(board.receive([1, 0, 0, 0, 0], at: now).count == 1)
        #expect(board.receive([255, 1], at: now + .milliseconds(15)).flatMap(\.bytes) == [1, 1, 0, 0, 0])
        #expect(board.receive([255, 1], at: now + .milliseconds(25)).flatMap(\.bytes) == [1, 0, 0, 0, 0])
        #expect(board.receive([2, 0, 0, 0, 0], at: now + .seconds(1)).flatMap(\.bytes) == [2, 3, 0, 0, 0])
    }

    @Test func simulationStartsTheTimerAnewWithANewInterval() {
        var board = SimulatedTeensy()
        let now = ContinuousClock.now
        _ = board.receive([1, 0, 0, 0, 0], at: now)
        _ = board.receive([3, 0x10, 0x27, 0, 0], at: now + .seconds(10))
        #expect(board.receive([2, 0, 0, 0, 0], at: now + .milliseconds(10_025)).flatMap(\.bytes) == [2, 3, 0, 0, 0])
    }

    @Test(arguments: [false, true]) func noPulsesComeOnceItIsOpen(leavesPulses: Bool) throws {
        var board = SimulatedTeensy()
        board.start()
        let setup = try Self.setup(board, leavesPulses: leavesPulses)
        _ = try setup.open()
        #expect(setup.port.instrument.isRunning == leavesPulses)
    }

    @Test func pulsesComeWhileItIsEnabled() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.enable()
        #expect(setup.port.instrument.isRunning)
        try device.disable()
        #expect(!setup.port.instrument.isRunning)
        try device.enable()
        try device.shutdown()
        #expect(!setup.port.instrument.isRunning)
    }

    @Test func noPulsesComeWhenThePortIsBackThoughNobodyAsks() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.enable()
        setup.port.unplug()
        #expect(throws: DeviceError.self) { try device.setting("interval").get() }
        #expect(setup.port.instrument.isRunning)
        try setup.port.plugIn()
        #expect(setup.port.wait(within: patience) { !$0.isRunning })
        #expect(try device.setting("interval").get() == 100_000)
        #expect(!device.isEnabled)
    }

    @Test func settingsAreTheBoards() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setting("interval").set(5000)
        try device.setting("duration").set(.int(Int(UInt32.max)))
        try device.setting("pulses").set(7)
        try device.setting("wait for input").set(true)
        #expect(setup.port.instrument.values == [3: 5000, 4: .max, 5: 1, 6: 7])
        #expect(try device.setting("firmware").get() == "pulse generator, version 1")
        #expect(throws: SettingError.self) { try device.setting("interval").set(0) }
    }

    @Test func settingsAreTakenWhileItRuns() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.enable()
        try device.setting("interval").set(5000)
        #expect(try device.setting("interval").get() == 5000)
        #expect(setup.port.instrument.isRunning)
    }

    @Test func theEndOfASeriesCanBeAskedFor() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setting("pulses").set(1)
        try device.enable()
        #expect(try device.setting("running").get() == false)
        #expect(device.isEnabled)
        try device.setting("pulses").set(0)
        try device.enable()
        #expect(try device.setting("running").get() == true)
    }

    @Test func aSeriesIsNotStartedTwice() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setting("pulses").set(1)
        setup.port.forgetTranscript()
        setup.port.spoil { $0.lostAnswers = 1 }
        #expect(throws: DeviceError.self) { try device.enable() }
        let start = String(String.UnicodeScalarView([1, 0, 0, 0, 0].map { Unicode.Scalar($0) }))
        #expect(setup.port.transcript.ranges(of: start).count == 1)
        try device.setting("pulses").set(0)
        setup.port.spoil { $0.lostAnswers = 1 }
        try device.enable()
        #expect(setup.port.instrument.isRunning)
    }

    @Test func aBoardThatLostItsPowerGetsBackWhatClientsHadSet() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        try device.setting("interval").set(5000)
        try device.setting("wait for input").set(true)
        setup.port.unplug()
        setup.port.update { $0 = SimulatedTeensy() }
        try setup.port.plugIn()
        #expect(setup.port.wait(within: patience) { $0.values == [3: 5000, 4: 1000, 5: 1, 6: 0] })
        #expect(!setup.port.instrument.isRunning)
    }

    @Test func noiseIsNoAnswer() throws {
        let setup = try Self.setup()
        let device = try setup.open()
        setup.port.spoil { $0.noise = [0xFF, 3] }
        #expect(try device.setting("duration").get() == 1000)
        setup.port.spoil { $0.lostAnswers = 1 }
        try device.disable()
    }

    @Test func neverTrapsWhateverComes() throws {
        for seed in 0..<200 {
            var spoiler = Spoiler(seed: UInt64(seed))
            let lines = LineProtocol(FuzzedStream(SimulatedTeensy()) { spoiler.spoil($0) }, TeensyBoard.format.fast)
            let (board, exercise) = (TeensyBoard(), Exercise(lines: lines))
            exercise.identify(board.identify)
            exercise.attempt { try board.start(lines) }
            exercise.attempt { try board.set(.interval, to: .max, lines) }
            exercise.attempt { _ = try board.value(of: .pulses, lines) }
            exercise.attempt { try board.switchOff(lines) }
        }
    }

    private static let makers = [Maker("teensy-pulses") { try setup().open() }]

    @Test(arguments: try makers.contractCases) func keepsTheContracts(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
