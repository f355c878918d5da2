import Testing

@testable import Server

@Suite struct BackoffTests {
    @Test func theFirstFailureIsTriedAgainAtOnce() {
        var backoff = Backoff()
        #expect(backoff.delay(after: .zero) == .zero)
    }

    @Test func furtherOnesWaitLongerUpToHalfAMinute() {
        var backoff = Backoff()
        let delays = (0..<12).map { _ in backoff.delay(after: .milliseconds(10)) }
        #expect(delays[1] == .milliseconds(100))
        #expect(delays[2] == .milliseconds(200))
        #expect(zip(delays, delays.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(delays.last == .seconds(30))
    }

    @Test func whatHasWorkedForAWhileBeginsAnew() {
        var backoff = Backoff()
        for _ in 0..<5 { _ = backoff.delay(after: .zero) }
        #expect(backoff.delay(after: .seconds(60)) == .zero)
    }
}
