import Devices
import SerialInstruments
import Testing
import Transports

@testable import StageControllers

/// An answer that comes too late is never taken for the position of another axis.
struct LateAnswerTests {
    private func sweep<Instrument: SimulatedInstrument>(
        _ setup: DrivenController<Instrument>,
        _ late: LateAnswers
    ) throws {
        let controller = try setup.open()
        let stage = try controller.stage()
        if try stage.mayMoveOnEnable { try stage.enable() }
        let (slow, other) = (try #require(stage.axes.first?.axis), try #require(stage.axes.last?.axis))
        try slow.start(by: 300)
        while try slow.isMoving {}
        let (before, elsewhere) = (try other.position, try slow.position)
        #expect(before != elsewhere)
        #expect(late.run(setup.port.spoil, slow: { _ = try slow.position }, check: { try other.position == before }))
    }

    @Test(arguments: LateAnswers.all) func ludl(late: LateAnswers) throws {
        try sweep(StageControllerTests.ludl(limits: ["X": .init(lower: 0, upper: 1000)]), late)
    }

    @Test(arguments: LateAnswers.all) func asi(late: LateAnswers) throws { try sweep(StageControllerTests.asi(), late) }

    @Test(arguments: LateAnswers.all) func proScan(late: LateAnswers) throws {
        try sweep(StageControllerTests.proScan(limits: proScanLimits), late)
    }

    /// The message ID tells late replies apart, whatever they are about.
    @Test(arguments: LateAnswers.all) func zaber(late: LateAnswers) throws {
        let setup = try StageControllerTests.zaber()
        let stage = try setup.open().stage("2")
        let (slow, other) = (try stage.axis("1"), try stage.axis("2"))
        try slow.move(to: 300).wait()
        let before = try other.position
        #expect(late.run(setup.port.spoil, slow: { _ = try slow.position }, check: { try other.position == before }))
    }
}
