internal import Platform

/// Commands to a device and its answers, one at a time, over one stream of bytes.
///
/// It belongs to the caller that holds the ``SerialLine``. Text is Latin-1: one byte per character. After a time-out the
/// line is brought to rest before the next answer is believed; see ``LineTrust``.
public final class LineProtocol {
    private let stream: any SerialStream
    let format: LineFormat
    private let commandEnd: [UInt8]
    private let answerEnd: [UInt8]
    /// The bytes received and not read yet.
    private var input: [UInt8] = []
    /// The command whose echo may still come.
    private var echo: String?
    private var lastCommand = ""
    private var lastUse: ContinuousClock.Instant?
    /// The time at which the last command was sent.
    private var lastSent: ContinuousClock.Instant?
    /// Whether an answer, or a part of one, has come since then.
    private var hasAnswered = false
    /// Whether an exchange went wrong, so that the next bytes may belong to it.
    private var isDisturbed = false
    private var trust = LineTrust()
    /// The question that proves the line to be at rest, once it is known.
    private var question: LineTrust.Question?
    /// The number of times that it was asked without an answer.
    private var proofsOwed = 0
    /// The exchanges so far, until ``learn(_:)``.
    private var lessons: LineTrust.Lessons? = LineTrust.Lessons()
    /// Whether the last command was sent on a line that could not be brought to rest.
    private var isUntrusted = false
    /// Whether the last command went unanswered and nothing has come since.
    private(set) var isSilent = false
    /// Whether it has left the question that proves it unanswered since then, too.
    private var isAbsent = false

    public init(_ stream: any SerialStream, _ format: LineFormat) {
        self.stream = stream
        self.format = format
        commandEnd = Latin1.bytes(format.commandEnd)
        answerEnd = Latin1.bytes(format.answerEnd)
    }

    // MARK: Sending

    /// Discards old input and sends a command.
    public func send(_ command: String) throws(SerialError) {
        try send(Latin1.bytes(command) + commandEnd, as: command)
        if format.echo != .never { echo = command.trimmed }
    }

    /// Sends bytes as they are.
    ///
    /// - Parameter name: their name in errors.
    public func send(_ bytes: [UInt8], as name: String) throws(SerialError) {
        if let lastUse { Pause.wait(for: format.pause - (.now - lastUse)) }
        (isUntrusted, isAbsent) = (false, false)
        if trust.isBroken {
            isUntrusted = try !comesToRest()
        } else if isDisturbed {
            try resynchronise()
        } else {
            try discardInput()
        }
        lastCommand = name
        lessons?.begin(bytes)
        try write(bytes)
    }

    private func write(_ bytes: [UInt8]) throws(SerialError) {
        (lastSent, hasAnswered) = (.now, false)
        defer { lastUse = .now }
        let deadline: ContinuousClock.Instant = .now + max(format.patience, Duration.seconds(1))
        guard format.bytePause > .zero else { return try stream.write(bytes, until: deadline) }
        for byte in bytes {
            try stream.write([byte], until: deadline)
            Pause.wait(for: format.bytePause)
        }
    }

    private func discardInput() throws(SerialError) {
        input = []
        echo = nil
        try stream.discardInput()
    }

    /// Discards input until the line has been quiet for ``LineFormat/silence``, for at most ten times as long.
    public func resynchronise() throws(SerialError) {
        _ = try drain(untilQuietFor: format.silence)
        try discardInput()
        isDisturbed = false
    }

    /// Discards input until the line has been quiet for a time, for at most ten times as long; returns the input.
    private func drain(untilQuietFor silence: Duration) throws(SerialError) -> [UInt8] {
        let end = ContinuousClock.now + silence * 10
        var drained: [UInt8] = []
        var line: [UInt8] = []
        while ContinuousClock.now < end {
            let bytes = try stream.read(until: .now + silence)
            guard !bytes.isEmpty else { break }
            line = (line + bytes).suffix(4096)
            if let last = line.lastIndex(where: { $0 == answerEnd.last }) {
                trust.noteLate(Array(line[...last]), at: .now)
                line.removeSubrange(...last)
            }
            drained = (drained + bytes).suffix(4096)
        }
        return drained
    }

    // MARK: Trust after a time-out

    /// Brings the line to rest after a time-out; false if the device does not answer.
    ///
    /// A command is sent in either case, since it may switch a light off.
    private func comesToRest() throws(SerialError) -> Bool {
        if let question {
            proofsOwed -= question.count(in: try drain(untilQuietFor: format.silence))
            for _ in 0..<3 {
                guard let text = try answer(to: question) else { return false }
                if question.isAlone(in: text) { break }
            }
        } else {
            _ = try drain(untilQuietFor: trust.quiet(atLeast: format.silence))
        }
        try discardInput()
        trust.noteRest()
        isDisturbed = false
        return true
    }

    /// Asks a question and returns everything that came until the line was quiet again; nil without the right answer.
    ///
    /// The answer may be a late one to the same question. A device answers in order, so all answers to earlier commands
    /// have come when the question has as many answers as it was asked.
    private func answer(to question: LineTrust.Question) throws(SerialError) -> [UInt8]? {
        try discardInput()
        try write(question.command)
        proofsOwed = max(proofsOwed, 0) + 1
        let deadline = ContinuousClock.now + trust.limit(atLeast: format.patience)
        var text: [UInt8] = []
        while proofsOwed > 0, text.count <= format.longestLine {
            let bytes = try stream.read(until: deadline)
            guard !bytes.isEmpty else { break }
            let before = question.count(in: text)
            text += bytes
            proofsOwed -= question.count(in: text) - before
            guard .now < deadline + Self.grace else { break }
        }
        guard question.count(in: text) > 0 else { return nil }
        trust.noteLate(question.others(in: text), at: .now)
        isSilent = false
        // If some of the answers were lost, only a longer silence shows it.
        text += try drain(untilQuietFor: proofsOwed > 0 ? trust.quiet(atLeast: format.silence) : format.silence)
        proofsOwed = 0
        return text
    }

    /// Learns from the exchanges so far which question proves the line to be at rest.
    func learn(_ identity: String) {
        question = lessons?.question(for: identity)
        lessons = nil
    }

    /// Whether the device answers the question that proves it; nil if there is no such question.
    func answersAgain() throws(SerialError) -> Bool? {
        guard question != nil else { return nil }
        return isAbsent ? false : try comesToRest()
    }

    /// Whether a device that has just said nothing answers the question that proves it, asked twice; true if there is no
    /// such question.
    func isThere() throws(SerialError) -> Bool {
        guard isSilent, question != nil, trust.isBroken else { return true }
        if try comesToRest() { return true }
        isAbsent = try !comesToRest()
        return !isAbsent
    }

    func forgetSilence() { (isSilent, isAbsent) = (false, false) }

    /// Whether no other line follows that could be the answer to the last command; true as long as no answer is missing.
    func isAlone(_ isAnswer: (String) -> Bool) throws(SerialError) -> Bool {
        guard trust.isInDoubt(at: .now) else { return true }
        let wait = trust.company(atMost: format.silence, isProven: question != nil, at: .now)
        let end = ContinuousClock.now + wait
        while true {
            while let line = takeLine(endingWith: answerEnd)?.trimmed {
                guard !line.isEmpty, isAnswer(line) else { continue }
                trust.noteLate(Latin1.bytes(line), at: .now)
                return false
            }
            let bytes = try stream.read(until: end)
            guard !bytes.isEmpty, input.count <= format.longestLine else { break }
            input += bytes
        }
        if question == nil { trust.forgetMissing() }
        return true
    }

    private func checkTrust(_ answer: String) throws(SerialError) {
        hasAnswered = true
        if isUntrusted { throw disturbed(.odd(answer: answer, to: lastCommand)) }
    }

    // MARK: Receiving

    /// The next line that is not empty, without its end, surrounding blanks, prompt and echo.
    public func readLine(within limit: Duration? = nil) throws(SerialError) -> String {
        let limit = limit ?? format.patience
        let deadline = ContinuousClock.now + limit
        while true {
            let line = try nextLine(endingWith: answerEnd, until: deadline, limit).trimmed
            if let echo {
                if line == echo || line.isEmpty && format.echo == .orEmptyLine {
                    self.echo = nil
                    continue
                }
                if line.isEmpty || format.echo == .orEmptyLine { continue }
                self.echo = nil
                if format.echo == .always { throw disturbed(.odd(answer: line, to: lastCommand)) }
            }
            guard !line.isEmpty else { continue }
            try checkTrust(line)
            return line
        }
    }

    /// A line that came unasked, or at the end of a long action; nil if there is none yet.
    ///
    /// The beginning of a line is kept for the next call. Sending a command discards it.
    public func readLineIfAny() throws(SerialError) -> String? {
        while true {
            if let line = takeLine(endingWith: answerEnd)?.trimmed {
                guard line.isEmpty || line == echo else { return line }
                if line == echo { echo = nil }
                continue
            }
            guard input.count <= format.longestLine else { throw disturbed(.odd(answer: "noise", to: lastCommand)) }
            let bytes = try stream.read(until: .now)
            guard !bytes.isEmpty else { return nil }
            take(bytes)
        }
    }

    /// The lines up to an ending that does not stand on a line of its own, such as a prompt, without empty lines and echo.
    public func readLines(upTo end: String, within limit: Duration? = nil) throws(SerialError) -> [String] {
        let limit = limit ?? format.patience
        let block = try nextLine(endingWith: Latin1.bytes(end), until: .now + limit, limit)
        var lines = block.split(whereSeparator: \.isNewline).map { String($0).trimmed }.filter { !$0.isEmpty }
        if let echo, lines.first == echo {
            lines.removeFirst()
        } else if echo != nil, format.echo == .always {
            throw disturbed(.odd(answer: block.trimmed, to: lastCommand))
        }
        echo = nil
        try checkTrust(block.trimmed)
        return lines
    }

    /// The bytes of an answer that is not text.
    public func readBytes(_ count: Int, within limit: Duration? = nil) throws(SerialError) -> [UInt8] {
        let limit = limit ?? format.patience
        let deadline = ContinuousClock.now + limit
        while input.count < count { try receive(until: deadline, limit) }
        defer { input.removeFirst(count) }
        lastUse = .now
        try checkTrust(Latin1.text(input.prefix(count)))
        return Array(input.prefix(count))
    }

    private func nextLine(
        endingWith end: [UInt8],
        until deadline: ContinuousClock.Instant,
        _ limit: Duration
    ) throws(SerialError) -> String {
        var searched = 0
        while true {
            if let line = takeLine(endingWith: end, from: searched) {
                if limit <= format.patience { trust.noteAnswer(to: lastSent, at: .now, within: limit) }
                return line
            }
            searched = max(0, input.count - end.count + 1)
            guard input.count <= format.longestLine else {
                throw disturbed(.odd(answer: Latin1.text(input.prefix(40)) + "…", to: lastCommand))
            }
            try receive(until: deadline, limit)
        }
    }

    private func takeLine(endingWith end: [UInt8], from start: Int = 0) -> String? {
        guard let range = input.firstRange(of: end, from: start) else { return nil }
        let line = Latin1.text(input[..<range.lowerBound])
        input.removeFirst(range.upperBound)
        lastUse = .now
        return line.withoutPrompt(format.prompt)
    }

    private func receive(until deadline: ContinuousClock.Instant, _ limit: Duration) throws(SerialError) {
        let bytes = try stream.read(until: deadline)
        guard !bytes.isEmpty else {
            // Some devices end a list of lines with nothing but silence.
            let rest = Latin1.text(input).withoutPrompt(format.prompt).trimmed
            if !hasAnswered { noteMissing(wasHeard: !withoutEcho(rest).isEmpty) }
            if input.isEmpty { isSilent = true }
            guard rest.isEmpty else { throw disturbed(.odd(answer: rest, to: lastCommand)) }
            throw disturbed(.silent(after: lastCommand, within: limit))
        }
        take(bytes)
        // A device that never stops sending has no answer either; one that is only late has.
        guard .now < deadline + max(limit, Self.grace) else {
            throw disturbed(.odd(answer: Latin1.text(input.prefix(40)) + "…", to: lastCommand))
        }
    }

    private func withoutEcho(_ text: String) -> String {
        guard let echo, text.hasPrefix(echo) else { return text }
        return text.dropFirst(echo.count).description.trimmed
    }

    /// Notes that the answer to the last command is missing.
    ///
    /// - Parameter wasHeard: whether anything came in its place.
    func noteMissing(wasHeard: Bool) { if let lastSent { trust.noteMissing(lastSent, wasHeard: wasHeard) } }

    private func take(_ bytes: [UInt8]) {
        input += bytes
        lessons?.add(bytes)
        isSilent = false
    }

    /// The time after a deadline in which bytes are still taken, for a busy machine.
    private static let grace = Duration.milliseconds(250)

    /// Notes that the next bytes cannot be trusted.
    func disturbed(_ error: SerialError) -> SerialError {
        isDisturbed = true
        return error
    }

    var isLost: Bool { stream.isLost }

    func close() { stream.close() }
}
