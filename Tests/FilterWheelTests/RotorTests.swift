import Testing

@testable import FilterWheels

struct RotorTests {
    private let start = ContinuousClock.now

    private func rotor() -> Rotor {
        Rotor(count: 5, stepTime: .seconds(1), homingTime: .seconds(3), at: start)
    }

    @Test func takesTheShorterWay() {
        var rotor = rotor()
        rotor.go(to: 4, at: start)
        #expect(rotor.place(at: start + .milliseconds(999)) == .moving(past: 0))
        #expect(rotor.place(at: start + .seconds(1)) == .standing(at: 4))
        rotor.go(to: 1, at: start + .seconds(1))
        #expect(rotor.place(at: start + .milliseconds(2500)) == .moving(past: 0))
        #expect(rotor.place(at: start + .seconds(3)) == .standing(at: 1))
    }

    @Test func findsItsPlaceFirst() {
        var rotor = rotor()
        rotor.home(at: start)
        #expect(rotor.place(at: start + .milliseconds(2999)) == .homing)
        #expect(rotor.place(at: start + .seconds(3)) == .standing(at: 0))
    }

    @Test func getsStuckOnItsWayOnly() {
        var rotor = rotor()
        rotor.isJammed = true
        #expect(rotor.place(at: start) == .standing(at: 0))
        rotor.go(to: 2, at: start)
        #expect(rotor.place(at: start + .seconds(9)) == .jammed(at: 0))
        (rotor.isJammed, rotor.isSlipping) = (false, true)
        #expect(rotor.place(at: start + .seconds(9)) == .moving(past: 1))
    }
}
