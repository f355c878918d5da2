internal import Platform

/// A stream that passes everything on to another one and records it.
///
/// A read without bytes is not recorded.
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

/// A stream that is replayed from a recording.
///
/// The program must send what was sent in the recording, though it may cut it into other pieces; the answers come at once.
/// As at any port, unread answers are lost when the input is discarded, as it is before each command.
///
/// Time is left out. Where the recording repeats the same questions, as while something moves, they may be asked more or
/// less often: one more question gets the last answer again.
public final class ReplayedSerialStream: SerialStream, Sendable {
    private let recorded: RecordedRounds
    private let place = Lock(Place())

    private struct Place {
        var round = 0
        /// The number of bytes of the round's question sent so far.
        var sent = 0
        /// The number of the round's answers read so far.
        var read = 0
        var difference: String?
    }

    public init(_ recording: Recording) { recorded = RecordedRounds(recording) }

    /// Whether all of the recording has been replayed.
    public var isOver: Bool {
        place.withLock { $0.round == recorded.rounds.count - 1 && isAsked($0) && rest(of: $0).isEmpty }
    }

    /// The first command that differs from the recording; nil if there is none.
    ///
    /// Drivers may recover from the error that it caused.
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

    /// The recorded answer; none if the recording continues with a command.
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

    /// The place after these bytes have been sent; nil if the recording does not have them.
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

    /// A description of what the recording has at a place.
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

/// A recording of a serial line in rounds: a command, and the answers before the next command.
struct RecordedRounds: Sendable {
    struct Round: Sendable {
        /// The number of its first exchange, from 1.
        let number: Int
        /// Everything sent before the first answer, however it was cut into writes.
        var question: [UInt8] = []
        /// The error of the sending, if there was one.
        var failure: String?
        var answers: [Exchange] = []
    }

    /// The rounds.
    ///
    /// Nothing was sent in the first one, which may be empty.
    let rounds: [Round]
    /// The highest number of questions in a loop.
    private static let longestLoop = 8

    init(_ recording: Recording) {
        var rounds = [Round(number: 1)]
        for (index, exchange) in recording.exchanges.enumerated() {
            var round = rounds.removeLast()
            if exchange.direction == .in {
                round.answers.append(exchange)
            } else {
                // Several pieces may have been sent before the first answer, or a question was asked again.
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
    /// This is the next one, except in a loop: the same questions, up to eight of them, at least twice in a row. The number
    /// of passes may depend on time, so a loop can be left early, and passed once more.
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

    /// Whether this many questions were just asked twice in the same order.
    private func hasLooped(_ length: Int, before next: Int) -> Bool {
        next > 2 * length && (next - length..<next).allSatisfy { isAlike($0, $0 - length) }
    }

    private func isAlike(_ one: Int, _ other: Int) -> Bool {
        rounds.indices.contains(one) && rounds.indices.contains(other)
            && rounds[one].question == rounds[other].question
    }
}
