import Devices
import Simulators
import Testing

struct SimulatedStageTests {
    private let time = TestTime()

    private func stage(speed: NonNegative?) -> SimulatedStage {
        let limits: NamedOptions<AxisLimits> = [
            "x": AxisLimits(lower: 0, upper: 100), "y": AxisLimits(lower: -50, upper: 20),
        ]
        return SimulatedStage(.init(limits: limits, speed: speed)) { [time] in time.now }
    }

    @Test func startsInTheMiddle() throws {
        #expect(try stage(speed: 1).position.python == NamedValues([("x", 50.0), ("y", -15)]).python)
    }

    @Test func isOnItsWayWhileItMoves() throws {
        let stage = stage(speed: 10)
        let completion = try stage.move(to: NamedValues([("x", 70), ("y", -25)]))
        time.advance(.seconds(1))
        #expect(try stage.position.python == NamedValues([("x", 60.0), ("y", -25)]).python)
        #expect(try completion.poll() == nil)
        time.advance(.seconds(1))
        #expect(try stage.position.python == NamedValues([("x", 70.0), ("y", -25)]).python)
        #expect(try completion.poll() != nil)
    }

    @Test func goesOnFromWhereItIsWhenSentElsewhere() throws {
        let axis = stage(speed: 10).axes[0].axis
        try axis.start(to: 100)
        time.advance(.seconds(2))
        try axis.start(by: -30)
        #expect(try axis.position == 70)
        time.advance(.seconds(3))
        #expect(try axis.position == 40)
        #expect(try !axis.isMoving)
    }

    @Test func crossesItsRangeInASecondUnlessTold() throws {
        let axis = stage(speed: nil).axes[0].axis
        try axis.start(to: 100)
        time.advance(.milliseconds(250))
        #expect(try axis.position == 75)
    }

    @Test func doesNotMoveWhenEnabled() throws {
        let stage = stage(speed: 10)
        try stage.enable()
        #expect(!stage.mayMoveOnEnable)
        #expect(try !stage.axes[0].axis.isMoving)
    }
}
