extension LineProtocol {
    /// Sends a command and returns the first line of the answer.
    public func exchange(_ command: String, within limit: Duration? = nil) throws(SerialError) -> String {
        try send(command)
        return try readLine(within: limit)
    }

    /// Asks until an answer makes sense.
    ///
    /// Lines that do not fit are skipped while an answer may still come: notes that a device sends unasked, or the
    /// answer to another question. If none comes, the line is brought to rest and the question is asked again, so this is
    /// for commands that may be sent twice, as questions may.
    ///
    /// - Parameters:
    ///   - limit: the time limit for each answer.
    ///   - attempts: the number of times to ask.
    ///   - parse: reads the value of a line; nil if the line is not an answer. An error ends the asking, such as
    ///     ``SerialError/refused(_:answer:)``.
    public func ask<Value>(
        _ command: String,
        within limit: Duration? = nil,
        attempts: Int = 3,
        parse: (String) throws -> Value?
    ) throws -> Value {
        let limit = limit ?? format.patience
        return try repeating(attempts) {
            try send(command)
            let deadline = ContinuousClock.now + limit
            var odd: String?
            while true {
                do {
                    let line = try readLine(within: deadline - .now)
                    if let value = try parse(line) {
                        if try isAlone({ ((try? parse($0)) ?? nil) != nil }) { return value }
                        throw disturbed(.odd(answer: line, to: command))
                    }
                    odd = line
                } catch SerialError.silent(_, _) {
                    if let odd {
                        noteMissing(wasHeard: true)
                        throw SerialError.odd(answer: odd, to: command)
                    }
                    throw SerialError.silent(after: command, within: limit)
                }
            }
        }
    }

    /// Repeats the body while its answer is lost or garbled; for commands that may be sent twice.
    ///
    /// A device that says nothing, not even to the question that proves the line to be at rest, is not asked again.
    public func repeating<Value>(_ attempts: Int = 3, _ body: () throws -> Value) throws -> Value {
        for _ in 1..<max(attempts, 1) {
            do { return try body() } catch let error as SerialError where error.isPassing {
                guard try isThere() else { throw error }
            }
        }
        return try body()
    }

    /// Sends a command and returns the lines of the answer, up to and including its last line.
    ///
    /// More than a thousand lines are an error.
    public func exchange(
        _ command: String,
        within limit: Duration? = nil,
        upTo isLast: (String) -> Bool
    ) throws(SerialError) -> [String] {
        try send(command)
        var lines: [String] = []
        while lines.count < 1000 {
            let line = try readLine(within: limit)
            lines.append(line)
            guard isLast(line) else { continue }
            if try isAlone({ !$0.isEmpty }) { return lines }
            throw disturbed(.odd(answer: lines[0], to: command))
        }
        throw disturbed(.odd(answer: lines.last ?? "", to: command))
    }
}
