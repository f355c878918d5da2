/// The trust in the next answer on a line whose answers carry no numbers.
///
/// A device that did not answer in time may only be slow. Its answer still comes, and looks like the answer to the next
/// command: a laser's late `0` for "no fault" reads as "off". So after a time-out no answer is believed until the line has
/// been quiet for longer than the longest delay seen, or a ``Question`` that no other answer fits has come back alone.
/// For as long as the missing answer may still come, an answer also counts only if no second one follows it.
struct LineTrust {
    typealias Instant = ContinuousClock.Instant

    /// The longest delay of an answer that came in time.
    private(set) var usualDelay = Duration.zero
    /// The longest delay of any answer.
    private(set) var longestDelay = Duration.zero
    /// Whether an answer is missing since the line was last proven to be at rest.
    private(set) var isBroken = false
    /// The times of the commands whose answers are missing and may still come, the oldest first.
    private var missing: [Instant] = []

    /// No device is waited for longer than this.
    private static let longest = Duration.seconds(10)

    /// Notes an answer that came in time.
    mutating func noteAnswer(to command: Instant?, at now: Instant, within limit: Duration) {
        guard let command else { return }
        // The delay of a command that is known to take long says nothing about other commands.
        usualDelay = max(usualDelay, min(now - command, limit))
        longestDelay = max(longestDelay, usualDelay)
    }

    /// Notes a command without an answer.
    ///
    /// - Parameter wasHeard: whether something came after the command, which may have been its answer, garbled. It was
    ///   unless an earlier answer was missing. So noise does not count as answers that are late.
    mutating func noteMissing(_ command: Instant, wasHeard: Bool) {
        isBroken = true
        forgetTooOld(at: command)
        guard !wasHeard || !missing.isEmpty else { return }
        if missing.count < 16 { missing.append(command) }
    }

    /// Notes lines that came although none was expected: the answers to the oldest commands without one.
    mutating func noteLate(_ lines: [UInt8], at now: Instant) {
        for line in lines.split(whereSeparator: Self.isLineEnd) where !Self.isNoise(line) {
            forgetTooOld(at: now)
            guard !missing.isEmpty else { return }
            longestDelay = min(max(longestDelay, now - missing.removeFirst()), Self.longest)
        }
    }

    /// Drops commands whose answer can no longer come.
    private mutating func forgetTooOld(at now: Instant) { missing.removeAll { now - $0 > Self.longest } }

    private static func isLineEnd(_ byte: UInt8) -> Bool { byte == 0x0D || byte == 0x0A }

    /// Whether bytes cannot be a line of text in Latin-1.
    private static func isNoise(_ line: ArraySlice<UInt8>) -> Bool {
        line.contains { $0 < 0x20 && $0 != 0x09 || 0x7F..<0xA0 ~= $0 }
    }

    /// Notes that the line is at rest: earlier answers have come, or will not.
    mutating func noteRest() { isBroken = false }

    /// Whether a missing answer may still come.
    func isInDoubt(at now: Instant) -> Bool {
        let memory = min(max(Duration.seconds(3), longestDelay * 3), Self.longest)
        return missing.contains { now - $0 < memory }
    }

    /// The time of quiet after which the line is at rest, without a question that proves it.
    func quiet(atLeast silence: Duration) -> Duration { max(silence, longestDelay + longestDelay / 4) }

    /// The time limit for a question that proves the line to be at rest.
    func limit(atLeast patience: Duration) -> Duration { min(max(patience, longestDelay * 2), Self.longest) }

    /// The time in which a second answer would follow, if the first one was late.
    ///
    /// On a line that was proven to be at rest, only the right answer can follow, as fast as this device answers. On any
    /// other line, the answers to later commands may be as late as the first one.
    func company(atMost silence: Duration, isProven: Bool, at now: Instant) -> Duration {
        let usual = min(silence, max(.milliseconds(20), usualDelay * 2))
        guard !isProven, let oldest = missing.first else { return usual }
        let late = min(now - oldest, max(.seconds(1), longestDelay))
        return max(usual, late + late / 4)
    }

    /// Notes that no missing answer will come.
    mutating func forgetMissing() { missing = [] }

    /// A question whose answer no other question has, such as the one for the serial number.
    struct Question {
        /// The command, with its end.
        let command: [UInt8]
        /// The part of the answer that no other answer has.
        let answer: [UInt8]
        /// All lines that may come with the answer: the echo, the answer, and the prompt.
        let lines: Set<String>

        /// Whether a text is the answer with nothing else.
        func isAlone(in text: [UInt8]) -> Bool { Self.lines(text).allSatisfy(lines.contains) }

        /// The lines of a text that do not belong to the answer.
        func others(in text: [UInt8]) -> [UInt8] {
            Latin1.bytes(Self.lines(text).filter { !lines.contains($0) }.joined(separator: "\n"))
        }

        /// The number of times that the answer is in a text.
        func count(in text: [UInt8]) -> Int {
            var (count, start) = (0, 0)
            while let range = text.firstRange(of: answer, from: start) {
                (count, start) = (count + 1, range.upperBound)
            }
            return count
        }

        static func lines(_ text: [UInt8]) -> [String] {
            text.split { $0 == 0x0D || $0 == 0x0A }.map { Latin1.text($0).trimmed }.filter { !$0.isEmpty }
        }
    }

    /// The exchanges that prepare a device, which include the question for its identity.
    struct Lessons {
        private var exchanges: [(command: [UInt8], answer: [UInt8])] = []

        mutating func begin(_ command: [UInt8]) { if exchanges.count < 64 { exchanges.append((command, [])) } }

        mutating func add(_ bytes: [UInt8]) {
            guard let last = exchanges.indices.last, exchanges[last].answer.count < 4096 else { return }
            exchanges[last].answer += bytes
        }

        /// The last question whose answer has the identity in it; nil if there is none, or if the identity is so short that
        /// another answer could have it.
        func question(for identity: String) -> Question? {
            let wanted = Latin1.bytes(identity.trimmed)
            guard wanted.count >= 3 else { return nil }
            guard let found = exchanges.last(where: { $0.answer.firstRange(of: wanted, from: 0) != nil }) else {
                return nil
            }
            // An answer to something else with the same text in it would prove nothing.
            let others = exchanges.filter { $0.command != found.command }
            guard others.allSatisfy({ $0.answer.firstRange(of: wanted, from: 0) == nil }) else { return nil }
            var lines = Set(Question.lines(found.answer))
            lines.insert(Latin1.text(found.command).trimmed)
            return Question(command: found.command, answer: wanted, lines: lines)
        }
    }
}
