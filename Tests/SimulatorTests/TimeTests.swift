import Devices
import Pickle
import Platform
import Testing

@testable import Simulators

struct TimedStateTests {
    private let state = TimedState(0)

    @Test func findsAtOnceWhatIsThere() {
        let found = state.next(within: .zero) { number, _ in .found(number + 1) }
        #expect(found == 1)
    }

    @Test func findsNothingInTime() {
        let begin = ContinuousClock.now
        let found: Int? = state.next(within: .milliseconds(5)) { _, _ in .notYet }
        #expect(found == nil)
        #expect(ContinuousClock.now - begin >= .milliseconds(5))
    }

    @Test func wakesAtTheTimeThatWasNamed() {
        let due = ContinuousClock.now + .milliseconds(2)
        let found = state.next(within: patience) { _, now in now >= due ? .found(now) : .notBefore(due) }
        #expect(found.map { $0 >= due } == true)
        // Not at the end of its patience.
        #expect(ContinuousClock.now < due + patience / 2)
    }

    @Test func wakesWhenTheStateChanges() {
        let found = Lock<Int?>(nil)
        let reader = BlockingThread.startEventually("reader") { [state] in
            let number = state.next(within: patience) { number, _ in number > 0 ? .found(number) : .notYet }
            found.update { $0 = number }
        }
        state.update { number, _ in number = 5 }
        #expect(found.wait(within: patience) { $0 } == 5)
        #expect(reader.join(within: patience))
    }

    @Test func wakesEarlierWhenAChangeBringsTheTimeForward() {
        let state = TimedState(ContinuousClock.now + .seconds(3600))
        let found = Lock(false)
        let reader = BlockingThread.startEventually("reader") {
            let isDue = state.next(within: .seconds(7200)) { due, now in now >= due ? .found(true) : .notBefore(due) }
            found.update { $0 = isDue == true }
        }
        state.update { due, now in due = now + .milliseconds(1) }
        #expect(found.wait(within: patience) { $0 ? true : nil } == true)
        #expect(reader.join(within: patience))
    }

    @Test func interruptionEndsOneWait() {
        state.interrupt()
        #expect(state.next(within: patience) { _, _ in .found(1) } == nil)
        #expect(state.next(within: patience) { _, _ in .found(1) } == 1)
    }
}

struct PeriodicSourceTests {
    @Test func hasNothingUntilItIsStarted() {
        let source = PeriodicSource(every: .milliseconds(1)) { Datum(1, at: 0) }
        #expect(source.next(within: .milliseconds(3)) == nil)
        source.start()
        #expect(source.next(within: patience) != nil)
        source.stop()
        #expect(source.next(within: .milliseconds(3)) == nil)
    }

    @Test func hasNothingBeforeThePeriodHasPassed() {
        let source = PeriodicSource(every: .seconds(3600)) { Datum(1, at: 0) }
        source.start()
        #expect(source.next(within: .milliseconds(1)) == nil)
    }

    @Test func neverHasMoreThanOneDatumAMillisecond() {
        let source = PeriodicSource(every: .zero) { Datum(1, at: 0) }
        let begin = ContinuousClock.now
        source.start()
        for _ in 0..<3 { _ = source.next(within: patience) }
        #expect(ContinuousClock.now - begin >= .milliseconds(2))
    }
}

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
