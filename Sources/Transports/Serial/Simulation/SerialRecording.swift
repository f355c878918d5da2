internal import Threads

/// Passes everything on to a port, and writes it down.
///
/// That nothing has come in time is not written down: it is what lies between two lines.
public final class RecordingSerialStream: SerialStream {
    private let stream: any SerialStream
    private let recorder: Recorder

    public init(_ stream: any SerialStream, _ recorder: Recorder) {
        self.stream = stream
        self.recorder = recorder
    }

    public var isLost: Bool { stream.isLost }

    public func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(SerialError) {
        do throws(SerialError) {
            try stream.write(bytes, until: deadline)
            recorder.note(.out, "", bytes)
        } catch {
            recorder.note(.out, "", bytes, error: "\(error)")
            throw error
        }
    }

    public func read(until deadline: ContinuousClock.Instant) throws(SerialError) -> [UInt8] {
        do throws(SerialError) {
            let bytes = try stream.read(until: deadline)
            if !bytes.isEmpty { recorder.note(.in, "", bytes) }
            return bytes
        } catch {
            recorder.note(.in, "", [], error: "\(error)")
            throw error
        }
    }

    public func discardInput() throws(SerialError) { try stream.discardInput() }

    public func close() { stream.close() }
}

/// A port at which everything happens again that was recorded of it.
///
/// What is sent has to be what was sent then, though it may be cut into other pieces; what came comes again, at once.
/// As at any port, what nobody has read is gone when the input is discarded, as it is before each command.
///
/// Time is left out. So where the recording has the same questions over and over, as while something moves, they may be
/// asked more or less often than then: one more time gets the answer that it got the last time.
public final class ReplayedSerialStream: SerialStream, Sendable {
    private let recorded: RecordedRounds
    private let place = Lock(Place())

    private struct Place {
        var round = 0
        /// How much of the round's question has been sent.
        var sent = 0
        /// How many of the round's answers have been read.
        var read = 0
        var difference: String?
    }

    public init(_ recording: Recording) { recorded = RecordedRounds(recording) }

    /// Whether all of the recording has taken place again.
    public var isOver: Bool {
        place.withLock { $0.round == recorded.rounds.count - 1 && isAsked($0) && rest(of: $0).isEmpty }
    }

    /// What was sent first that had not been sent then; nil as long as there is nothing.
    ///
    /// Drivers may get over the error that it was.
    public var difference: String? { place.withLock { $0.difference } }

    public var isLost: Bool { false }

    public func write(_ bytes: [UInt8], until deadline: ContinuousClock.Instant) throws(SerialError) {
        guard !bytes.isEmpty else { return }
        try place.withLock { place throws(SerialError) in
            guard let next = following(place, bytes) else {
                let error = "the recording has \(expectation(place)), not \(Self.text(bytes))"
                place.difference = place.difference ?? error
                throw .lost(error)
            }
            place = next
            if isAsked(place), let failure = recorded.rounds[place.round].failure {
                throw .lost("\(failure), as recorded")
            }
        }
    }

    /// What came then; nothing if something was sent next.
    public func read(until deadline: ContinuousClock.Instant) throws(SerialError) -> [UInt8] {
        try place.withLock { place throws(SerialError) in
            guard isAsked(place), let answer = rest(of: place).first else { return [] }
            place.read += 1
            if let error = answer.error { throw .lost("\(error), as recorded") }
            return answer.bytes
        }
    }

    public func discardInput() {
        place.withLock { if isAsked($0) { $0.read = recorded.rounds[$0.round].answers.count } }
    }

    public func close() {}

    // MARK: The recording

    private func isAsked(_ place: Place) -> Bool { place.sent == recorded.rounds[place.round].question.count }

    private func rest(of place: Place) -> ArraySlice<Exchange> {
        recorded.rounds[place.round].answers.dropFirst(place.read)
    }

    /// Where it is when these bytes have been sent; nil if they were not.
    private func following(_ place: Place, _ bytes: [UInt8]) -> Place? {
        var next = place
        if isAsked(place) {
            guard rest(of: place).isEmpty, let round = recorded.round(after: place.round, beginningWith: bytes)
            else { return nil }
            (next.round, next.sent, next.read) = (round, bytes.count, 0)
        } else {
            guard recorded.rounds[place.round].question.dropFirst(place.sent).starts(with: bytes) else { return nil }
            next.sent += bytes.count
        }
        return next
    }

    /// What the recording has here, for people.
    private func expectation(_ place: Place) -> String {
        let round = isAsked(place) && rest(of: place).isEmpty ? place.round + 1 : place.round
        guard recorded.rounds.indices.contains(round) else { return "ended" }
        if isAsked(place), let answer = rest(of: place).first { return "an answer here, \(Self.text(answer.bytes))" }
        let question = recorded.rounds[round].question.dropFirst(isAsked(place) ? 0 : place.sent)
        return "\(Self.text(question)) in its exchange \(recorded.rounds[round].number)"
    }

    private static func text(_ bytes: some Sequence<UInt8>) -> String {
        let readable = bytes.map { 0x20...0x7E ~= $0 ? Character(Unicode.Scalar($0)) : "·" }
        return "\(Hexadecimal.text(bytes)) '\(String(readable))'"
    }
}

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
