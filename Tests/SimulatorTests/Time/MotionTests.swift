import Testing

@testable import Simulators

struct MotionTests {
    private let begin = ContinuousClock.now

    @Test func goesAtASteadySpeed() {
        let motion = Motion(from: 10, to: 0, speed: 5, at: begin)
        #expect(motion.place(at: begin) == 10)
        #expect(motion.place(at: begin + .seconds(1)) == 5)
        #expect(!motion.isOver(at: begin + .milliseconds(1999)))
        #expect(motion.isOver(at: begin + .seconds(2)))
        #expect(motion.place(at: begin + .seconds(3)) == 0)
    }

    @Test func isOverAtOnceWithoutASpeed() {
        let motion = Motion(from: 0, to: 1e9, speed: 0, at: begin)
        #expect(motion.isOver(at: begin))
        #expect(motion.place(at: begin) == 1e9)
    }
}
