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
