import Devices
import Pickle
import Testing

@testable import Simulators

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
