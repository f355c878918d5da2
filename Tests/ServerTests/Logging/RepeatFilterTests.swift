import Logging
import Testing

@testable import Server

@Suite struct RepeatFilterTests {
    private var filter = RepeatFilter()

    @Test mutating func theFirstOfItsKindPasses() {
        #expect(verdict("a", at: 0) == .init(isNew: true))
        #expect(verdict("b", at: 1) == .init(isNew: true))
        #expect(verdict("a", at: 2) == .init(isNew: true))
    }

    @Test mutating func repeatsAreToldWhenAnotherMessageComes() {
        _ = verdict("a", at: 0)
        for time in 1...3 { #expect(verdict("a", at: time) == .init(isNew: false)) }
        #expect(verdict("b", at: 4) == .init(repeats: 3, isNew: true))
        #expect(verdict("c", at: 5) == .init(isNew: true))
    }

    @Test mutating func theSameTextOnAnotherLevelIsAnotherMessage() {
        #expect(filter.verdict(.info, "a", at: LogTime(millisecondsSince1970: 0)) == .init(isNew: true))
        #expect(filter.verdict(.error, "a", at: LogTime(millisecondsSince1970: 0)) == .init(isNew: true))
    }

    @Test mutating func repeatsWithoutEndAreToldAtGrowingIntervals() {
        _ = verdict("a", at: 0)
        var told: [Int] = []
        for second in stride(from: 0.5, through: 10_000, by: 0.5) {
            let verdict = verdict("a", at: Int(second * 1000))
            if verdict.repeats > 0 { told.append(Int(second)) }
        }
        #expect(told == [1, 11, 111, 1111, 4711, 8311])
    }

    @Test mutating func eachRepeatIsToldOnce() {
        _ = verdict("a", at: 0)
        var told = 0
        for second in 1...500 { told += verdict("a", at: second * 1000).repeats }
        told += filter.takeHeld()
        #expect(told == 500)
        #expect(filter.takeHeld() == 0)
    }

    @Test mutating func aClockThatIsSetBackDoesNotHoldRepeatsForEver() {
        _ = verdict("a", at: 1_000_000)
        #expect(verdict("a", at: 0) == .init(repeats: 1, isNew: false))
    }

    private mutating func verdict(_ message: String, at milliseconds: Int) -> RepeatFilter.Verdict {
        filter.verdict(.info, message, at: LogTime(millisecondsSince1970: milliseconds))
    }
}
