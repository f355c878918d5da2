import Contracts
import Devices
import Pickle
import SerialInstruments
import Testing
import Transports

@testable import Lasers

struct TeensyTests {
    typealias Bench = DrivenInstrument<SimulatedTeensy, TeensyPulses>

    static func bench(_ board: SimulatedTeensy = .init(), leavesPulses: Bool = false) throws -> Bench {
        try Bench(board, TeensyBoard.port) { connector in
            try TeensyPulses(connector, TeensyBoard.format.fast, leavesPulses: leavesPulses)
        }
    }

    /// The dialogue from the firmware's test script.
    @Test(
        arguments: [
            ([0, 0, 0, 0, 0], [0, 1, 0, 0, 0]), ([3, 0x88, 0x13, 0, 0], [3, 0x88, 0x13, 0, 0]),
            ([255, 4], [4, 0xE8, 3, 0, 0]), ([3, 1, 0, 0, 0, 255, 3], [3, 1, 0, 0, 0, 3, 1, 0, 0, 0]),
            // While it runs it answers with what it keeps.
            ([1, 0, 0, 0, 0, 5, 1, 0, 0, 0], [1, 0, 0, 0, 0, 5, 0, 0, 0, 0]), ([9, 0, 0, 0, 0], []), ([3, 1], []),
        ] as [([UInt8], [UInt8])]
    )
    func simulationAnswersAsTheBoardDoes(bytes: [UInt8], answer: [UInt8]) {
        var board = SimulatedTeensy()
        #expect(board.receive(bytes, at: .now).flatMap(\.bytes) == answer)
    }

    @Test func simulationCountsPulsesAndTellsTheEnd() {
        var board = SimulatedTeensy()
        board.values[6] = 3
        let now = ContinuousClock.now
        let outputs = board.receive([1, 0, 0, 0, 0], at: now)
        #expect(outputs.last == SimulatedOutput([2, 3, 0, 0, 0], after: .milliseconds(30)))
        #expect(board.receive([2, 0, 0, 0, 0], at: now + .milliseconds(25)).flatMap(\.bytes) == [2, 2, 0, 0, 0])
    }

    @Test(arguments: [false, true]) func noPulsesComeOnceItIsOpen(leavesPulses: Bool) throws {
        var board = SimulatedTeensy()
        board.start()
        let bench = try Self.bench(board, leavesPulses: leavesPulses)
        _ = try bench.open()
        #expect(bench.port.instrument.isRunning == leavesPulses)
    }

    @Test func pulsesComeWhileItIsEnabled() throws {
        let bench = try Self.bench()
        let device = try bench.open()
        try device.enable()
        #expect(bench.port.instrument.isRunning)
        try device.disable()
        #expect(!bench.port.instrument.isRunning)
        try device.enable()
        try device.shutdown()
        #expect(!bench.port.instrument.isRunning)
    }

    @Test func noPulsesComeWhenThePortIsBackThoughNobodyAsks() throws {
        let bench = try Self.bench()
        let device = try bench.open()
        try device.enable()
        bench.port.unplug()
        #expect(throws: DeviceError.self) { try device.setting("interval").get() }
        #expect(bench.port.instrument.isRunning)
        try bench.port.plugIn()
        #expect(bench.port.wait(within: patience) { !$0.isRunning })
        #expect(try device.setting("interval").get() == 10_000)
        #expect(!device.isEnabled)
    }

    @Test func settingsAreTheBoards() throws {
        let bench = try Self.bench()
        let device = try bench.open()
        try device.setting("interval").set(5000)
        try device.setting("duration").set(.int(Int(UInt32.max)))
        try device.setting("pulses").set(7)
        try device.setting("wait for input").set(true)
        #expect(bench.port.instrument.values == [3: 5000, 4: .max, 5: 1, 6: 7])
        #expect(try device.setting("firmware").get() == "pulse generator, version 1")
        #expect(throws: SettingError.self) { try device.setting("interval").set(0) }
    }

    @Test func whileItRunsItKeepsWhatItHas() throws {
        let device = try Self.bench().open()
        try device.enable()
        let error = try #require(throws: DeviceError.self) { try device.setting("interval").set(5000) }
        #expect("\(error)".contains("keeps 10000 for 'interval' while it runs; disable it first"), "\(error)")
        try device.disable()
        try device.setting("interval").set(5000)
    }

    @Test func theEndOfASeriesIsNoAnswer() throws {
        let bench = try Self.bench()
        let device = try bench.open()
        bench.port.spoil { $0.noise = [2, 7, 0, 0, 0] }
        #expect(try device.setting("interval").get() == 10_000)
    }

    @Test func noiseIsNoAnswer() throws {
        let bench = try Self.bench()
        let device = try bench.open()
        bench.port.spoil { $0.noise = [0xFF, 3] }
        #expect(try device.setting("duration").get() == 1000)
        bench.port.spoil { $0.lostAnswers = 1 }
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
            exercise.attempt { try board.stop(lines) }
        }
    }

    private static let makers = [Maker("teensy-pulses") { try bench().open() }]

    @Test(arguments: try makers.contractCases) func keepsTheContracts(contract: ContractCase) throws {
        for violation in try contract.findings().violations { Issue.record("\(violation)") }
    }
}
