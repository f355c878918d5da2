internal import Transports

/// Sends words to a Finger Lakes wheel, and checks that the answers belong to them.
final class FingerLakesWire {
    let connection: any USBConnection
    private let input: USBEndpoint
    private let output: USBEndpoint
    private var mayHaveOldAnswers = true

    /// How long an answer may take (libfli).
    private static let limit = Duration.seconds(5)

    init(_ connection: any USBConnection) throws(USBError) {
        self.connection = connection
        guard let input = connection.interface.endpoint(.bulk, isIn: true),
            let output = connection.interface.endpoint(.bulk, isIn: false)
        else { throw USBError(.notFound, "\(connection.device) lacks the two bulk endpoints of a filter wheel") }
        (self.input, self.output) = (input, output)
    }

    /// The lower byte of the answer to a question.
    func ask(_ command: FingerLakesCommand) throws -> UInt8 { try exchange(command)[1] }

    /// The answer, which has at least two bytes.
    func exchange(_ command: FingerLakesCommand, length: Int = 2) throws -> [UInt8] {
        try send(command)
        mayHaveOldAnswers = true
        let answer = try read(within: Self.limit)
        guard isAnswer(answer, to: command), answer.count >= length else {
            throw AnswerError(command.name, answer, of: connection)
        }
        mayHaveOldAnswers = false
        return answer
    }

    func send(_ command: FingerLakesCommand) throws(USBError) {
        if mayHaveOldAnswers { try drain() }
        let word = command.word
        try connection.write([UInt8(word >> 8), UInt8(word & 0xff)], to: output, within: Self.limit)
    }

    /// Whether a command that takes its time has been answered by now.
    func hasAnswered(_ command: FingerLakesCommand) throws -> Bool {
        do {
            let answer = try read(within: .milliseconds(10))
            guard isAnswer(answer, to: command) else { throw AnswerError(command.name, answer, of: connection) }
            return true
        } catch let error as USBError where error.kind == .timeout { return false }
    }

    private func isAnswer(_ answer: [UInt8], to command: FingerLakesCommand) -> Bool {
        answer.count >= 2 && UInt16(answer[0]) >> 4 == command.word >> 12
    }

    private func read(within limit: Duration) throws(USBError) -> [UInt8] {
        do throws(USBError) {
            return try connection.read(input, length: max(input.packetSize, 64), within: limit)
        } catch  where error.kind == .stalled {
            try connection.clearHalt(input)
            throw error
        }
    }

    /// Throws away answers that nobody has fetched.
    private func drain() throws(USBError) {
        mayHaveOldAnswers = false
        for _ in 0..<64 {
            do throws(USBError) { _ = try read(within: .milliseconds(5)) } catch  where error.kind == .timeout {
                return
            }
        }
    }
}
