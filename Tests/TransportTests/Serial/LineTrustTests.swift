import Testing

@testable import Transports

/// The rules for answers that come late, and for noise in their place.
struct LineTrustTests {
    private let start = ContinuousClock.now

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func aLateAnswerIsWaitedForLonger() {
        var trust = LineTrust()
        trust.noteMissing(start, wasHeard: false)
        trust.noteLate(bytes("0\r\n"), at: start + .seconds(2))
        #expect(trust.longestDelay == .seconds(2))
        #expect(trust.limit(atLeast: .milliseconds(300)) == .seconds(4))
    }

    /// Each command was followed by something, which can only have been its answer.
    @Test func garbledAnswersAreNotLate() {
        var trust = LineTrust()
        for second in 0..<5 {
            trust.noteMissing(start + .seconds(second), wasHeard: true)
            trust.noteLate(bytes("x\r\n"), at: start + .seconds(second) + .milliseconds(300))
        }
        #expect(trust.isBroken)
        #expect(trust.longestDelay == .zero)
        #expect(!trust.isInDoubt(at: start + .seconds(5)))
    }

    /// What follows a command may be the answer to an earlier one.
    @Test func afterAMissingAnswerTheNextOneIsMissingAsWell() {
        var trust = LineTrust()
        trust.noteMissing(start, wasHeard: false)
        trust.noteMissing(start + .seconds(1), wasHeard: true)
        trust.noteLate(bytes("0\r\n1\r\n"), at: start + .seconds(3))
        #expect(trust.longestDelay == .seconds(3))
        trust.noteLate(bytes("1\r\n"), at: start + .seconds(9))
        #expect(trust.longestDelay == .seconds(3))
    }

    @Test func noiseIsNoAnswer() {
        var trust = LineTrust()
        trust.noteMissing(start, wasHeard: false)
        trust.noteLate([0x00, 0x31, 0x0D, 0x0A, 0x93, 0x0D, 0x0A], at: start + .seconds(8))
        #expect(trust.longestDelay == .zero)
        // A sign of Latin-1 is one, as in Omicron's answers.
        trust.noteLate([0xA7, 0x31, 0x0D], at: start + .seconds(1))
        #expect(trust.longestDelay == .seconds(1))
    }

    @Test func noAnswerIsLaterThanTenSeconds() {
        var trust = LineTrust()
        trust.noteMissing(start, wasHeard: false)
        trust.noteLate(bytes("0\r\n"), at: start + .seconds(60))
        #expect(trust.longestDelay == .zero)
        #expect(!trust.isInDoubt(at: start + .seconds(60)))
    }
}
