import Testing

@testable import Server

@Suite struct HeartbeatTests {
    @Test func oneMissedAnswerIsNothing() {
        var heartbeat = Heartbeat()
        for _ in 0..<3 {
            #expect(heartbeat.note(hasAnswered: false) == .answers)
            #expect(heartbeat.note(hasAnswered: true) == .answers)
        }
    }

    @Test func twoInARowAreSilenceAndSevenTheEnd() {
        var heartbeat = Heartbeat()
        let verdicts = (0..<9).map { _ in heartbeat.note(hasAnswered: false) }
        #expect(verdicts == [.answers] + Array(repeating: .silent, count: 5) + Array(repeating: .lost, count: 3))
        #expect(Heartbeat.lossTime == .seconds(14))
    }

    @Test func anAnswerInTimeMakesUpForAll() {
        var heartbeat = Heartbeat()
        for _ in 0..<6 { _ = heartbeat.note(hasAnswered: false) }
        #expect(heartbeat.note(hasAnswered: true) == .answers)
        #expect(heartbeat.note(hasAnswered: false) == .answers)
    }
}
