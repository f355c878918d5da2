import Testing

@testable import Server

@Suite struct HeartbeatTests {
    private var heartbeat = Heartbeat()

    @Test mutating func fewMissedAnswersAreNothing() {
        for _ in 0..<3 {
            for _ in 0..<3 { #expect(heartbeat.note(hasAnswered: false) == .answers) }
            #expect(heartbeat.note(hasAnswered: true) == .answers)
        }
    }

    @Test mutating func fourInARowAreSilenceAndNineTheEnd() {
        _ = heartbeat.note(hasAnswered: true)
        let verdicts = (0..<10).map { _ in heartbeat.note(hasAnswered: false) }
        let expected: [Heartbeat.Verdict] = Array(repeating: .answers, count: 3) + Array(repeating: .silent, count: 5)
        #expect(verdicts == expected + [.lost, .lost])
    }

    @Test func aStoppedWorkerIsLostWithinFiveSeconds() {
        #expect(Heartbeat.lossTime < .seconds(5))
    }

    @Test mutating func aWorkerThatHasNeverAnsweredHasMoreTime() {
        let verdicts = (0..<28).map { _ in heartbeat.note(hasAnswered: false) }
        #expect(verdicts.dropLast().allSatisfy { $0 != .lost })
        #expect(verdicts.last == .lost)
    }

    @Test mutating func anAnswerInTimeMakesUpForAll() {
        _ = heartbeat.note(hasAnswered: true)
        for _ in 0..<8 { _ = heartbeat.note(hasAnswered: false) }
        #expect(heartbeat.note(hasAnswered: true) == .answers)
        #expect(heartbeat.note(hasAnswered: false) == .answers)
    }
}
