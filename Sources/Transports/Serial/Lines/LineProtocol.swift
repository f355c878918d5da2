internal import Platform

/// Commands to a device and its answers, one at a time, over one stream of bytes.
///
/// It belongs to the caller that holds the ``SerialLine``. Text is Latin-1: one byte per character.
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
    /// Whether an exchange went wrong, so that the next bytes may belong to it.
    private var isDisturbed = false

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
        try isDisturbed ? resynchronise() : discardInput()
        lastCommand = name
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
        let end = ContinuousClock.now + format.silence * 10
        while ContinuousClock.now < end, !(try stream.read(until: .now + format.silence)).isEmpty {}
        try discardInput()
        isDisturbed = false
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
            if !line.isEmpty { return line }
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
            input += bytes
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
        return lines
    }

    /// The bytes of an answer that is not text.
    public func readBytes(_ count: Int, within limit: Duration? = nil) throws(SerialError) -> [UInt8] {
        let limit = limit ?? format.patience
        let deadline = ContinuousClock.now + limit
        while input.count < count { try receive(until: deadline, limit) }
        defer { input.removeFirst(count) }
        lastUse = .now
        return Array(input.prefix(count))
    }

    private func nextLine(
        endingWith end: [UInt8],
        until deadline: ContinuousClock.Instant,
        _ limit: Duration
    ) throws(SerialError) -> String {
        var searched = 0
        while true {
            if let line = takeLine(endingWith: end, from: searched) { return line }
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
            let rest = Latin1.text(input).withoutPrompt(format.prompt).trimmed
            guard rest.isEmpty else { throw disturbed(.odd(answer: rest, to: lastCommand)) }
            throw disturbed(.silent(after: lastCommand, within: limit))
        }
        input += bytes
        // A device that never stops sending has no answer either; one that is only late has.
        guard .now < deadline + max(limit, Self.grace) else {
            throw disturbed(.odd(answer: Latin1.text(input.prefix(40)) + "…", to: lastCommand))
        }
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

extension String {
    /// The text without blanks, line ends and the zero bytes that adapters invent, at both ends.
    var trimmed: String {
        let isKept = { (scalar: Unicode.Scalar) in scalar.value > 0x20 }
        guard
            let first = unicodeScalars.firstIndex(where: isKept), let last = unicodeScalars.lastIndex(where: isKept)
        else { return "" }
        return String(unicodeScalars[first...last])
    }

    /// The text without the prompts at its beginning.
    fileprivate func withoutPrompt(_ prompt: String) -> String {
        guard !prompt.isEmpty else { return self }
        var rest = self[...]
        while let range = rest.firstRange(of: prompt), rest[..<range.lowerBound].allSatisfy(\.isWhitespace) {
            rest = rest[range.upperBound...]
        }
        return String(rest)
    }
}

extension Array<UInt8> {
    fileprivate func firstRange(of bytes: [UInt8], from start: Int) -> Range<Int>? {
        guard !bytes.isEmpty, count >= bytes.count, start <= count - bytes.count else { return nil }
        for index in start...(count - bytes.count) where self[index..<index + bytes.count].elementsEqual(bytes) {
            return index..<index + bytes.count
        }
        return nil
    }
}
