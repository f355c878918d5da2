extension LineProtocol {
    /// Sends a command and gives the first line of its answer.
    public func exchange(_ command: String, within limit: Duration? = nil) throws(SerialError) -> String {
        try send(command)
        return try readLine(within: limit)
    }

    /// Asks until an answer makes sense.
    ///
    /// Lines that are no answer are passed over for as long as an answer may still come: notes that a device sends
    /// unasked, or the answer to another question. When none comes, the line is brought to rest and the question
    /// asked again, so this is for what may be said twice, as questions may.
    ///
    /// - Parameters:
    ///   - limit: how long each answer may take.
    ///   - attempts: how often to ask.
    ///   - parse: the value of a line, nil if it is none. What it throws ends the asking, such as
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
                    if let value = try parse(line) { return value }
                    odd = line
                } catch SerialError.silent(_, _) {
                    if let odd { throw SerialError.odd(answer: odd, to: command) }
                    throw SerialError.silent(after: command, within: limit)
                }
            }
        }
    }

    /// Does something that may be done twice, again and again as long as the answer was lost or garbled.
    public func repeating<Value>(_ attempts: Int = 3, _ body: () throws -> Value) throws -> Value {
        for _ in 1..<max(attempts, 1) {
            do { return try body() } catch let error as SerialError where error.isPassing { continue }
        }
        return try body()
    }

    /// The lines of an answer up to one that ends it, which is the last of them; more than a thousand are none.
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
            if isLast(line) { return lines }
        }
        throw disturbed(.odd(answer: lines.last ?? "", to: command))
    }
}
