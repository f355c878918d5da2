/// A recording of a serial line as rounds: something that was sent, and what came before the next was.
struct RecordedRounds: Sendable {
    struct Round: Sendable {
        /// Where in the recording it begins, from 1.
        let number: Int
        /// All that was sent until something came, however it was cut into writes.
        var question: [UInt8] = []
        /// The word for what went wrong when it was sent, if something did.
        var failure: String?
        var answers: [Exchange] = []
    }

    /// In the first of them, which may be empty, nothing was sent.
    let rounds: [Round]
    /// The most questions that make up a loop.
    private static let longestLoop = 8

    init(_ recording: Recording) {
        var rounds = [Round(number: 1)]
        for (index, exchange) in recording.exchanges.enumerated() {
            var round = rounds.removeLast()
            if exchange.direction == .in {
                round.answers.append(exchange)
            } else {
                // Before the first answer there may have been several pieces, or a question that was asked again.
                if rounds.isEmpty || !round.answers.isEmpty || round.failure != nil {
                    rounds.append(round)
                    round = Round(number: index + 1)
                }
                round.question += exchange.bytes
                round.failure = exchange.error
            }
            rounds.append(round)
        }
        self.rounds = rounds
    }

    /// The round that begins with these bytes and can follow another one; nil if there is none.
    ///
    /// That is the next one, but for a loop: the same questions, up to eight of them, at least twice in a row. How often
    /// a loop is gone through may be a matter of time, so it can be left early, and gone through once more.
    func round(after current: Int, beginningWith bytes: [UInt8]) -> Int? {
        let next = current + 1
        if begins(next, with: bytes) { return next }
        for length in 1...Self.longestLoop where hasLooped(length, before: next) {
            var later = next
            while isAlike(later, later - length) {
                later += 1
                if begins(later, with: bytes) { return later }
            }
            if begins(next - length, with: bytes) { return next - length }
        }
        return nil
    }

    private func begins(_ index: Int, with bytes: [UInt8]) -> Bool {
        rounds.indices.contains(index) && rounds[index].question.starts(with: bytes)
    }

    /// Whether so many questions had just been asked twice in the same order.
    private func hasLooped(_ length: Int, before next: Int) -> Bool {
        next > 2 * length && (next - length..<next).allSatisfy { isAlike($0, $0 - length) }
    }

    private func isAlike(_ one: Int, _ other: Int) -> Bool {
        rounds.indices.contains(one) && rounds.indices.contains(other)
            && rounds[one].question == rounds[other].question
    }
}
