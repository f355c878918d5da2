import Devices
import Simulators
import Testing

struct SimulatedFilterWheelTests {
    private let time = TestTime()

    private func wheel(_ positions: Count) -> SimulatedFilterWheel {
        SimulatedFilterWheel(.init(positions: positions, travelTime: 0.5)) { [time] in time.now }
    }

    @Test func tellsWhereItCameFromWhileItMoves() throws {
        let wheel = wheel(6)
        let completion = try wheel.move(to: 2)
        time.advance(.milliseconds(999))
        #expect(wheel.position == 0)
        #expect(wheel.isMoving)
        #expect(try completion.poll() == nil)
        time.advance(.milliseconds(1))
        #expect(wheel.position == 2)
        #expect(try completion.poll() != nil)
    }

    @Test(arguments: [(0, 5, 1), (5, 0, 1), (1, 4, 3), (4, 2, 2), (3, 3, 0)])
    func turnsTheShorterWayRound(start: Int, end: Int, steps: Int) {
        let wheel = wheel(6)
        wheel.startMove(to: start)
        time.advance(.seconds(60))
        wheel.startMove(to: end)
        time.advance(.milliseconds(500 * steps))
        #expect(!wheel.isMoving)
        #expect(wheel.position == end)
        // And back the same way, no faster.
        wheel.startMove(to: start)
        time.advance(.milliseconds(499 * steps))
        #expect(wheel.isMoving == (steps > 0))
    }

    @Test func canBeSentElsewhereWhileItMoves() {
        let wheel = wheel(6)
        wheel.startMove(to: 3)
        time.advance(.milliseconds(700))
        wheel.startMove(to: 0)
        // One position and two fifths to go back.
        time.advance(.milliseconds(699))
        #expect(wheel.isMoving)
        time.advance(.milliseconds(2))
        #expect(!wheel.isMoving)
        #expect(wheel.position == 0)
    }

    @Test func staysRightAfterManyTurns() {
        let wheel = wheel(3)
        for turn in 1...100 {
            wheel.startMove(to: turn % 3)
            time.advance(.milliseconds(500))
            #expect(wheel.position == turn % 3)
        }
    }
}

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
