internal import Devices
internal import Transports

/// The commands of the example wheel: a line each, which is answered by a line.
struct ExampleCommands: Sendable {
    static let port = PortSettings(baudRate: 9600)
    static let format = LineFormat(commandEnd: "\r", answerEnd: "\r\n")

    func serialNumber(_ lines: LineProtocol) throws -> String { try ask("ID?", lines) { $0 } }

    func positionCount(_ lines: LineProtocol) throws -> Int {
        try ask("NUM?", lines) { $0.code().flatMap { (1...100).contains($0) ? $0 : nil } }
    }

    /// Where the wheel stands, or where it came from and where it goes.
    ///
    /// The device counts from 1.
    func place(_ lines: LineProtocol) throws -> (position: Int, target: Int?) {
        try ask("POS?", lines) { text in
            let numbers = text.split(separator: ">").map { String($0).code() }
            guard let first = numbers.first, let position = first, position > 0 else { return nil }
            guard numbers.count > 1 else { return (position - 1, nil) }
            return numbers[1].map { (position - 1, $0 - 1) }
        }
    }

    /// Begins a move.
    ///
    /// It may be said twice, since it names a place and not a distance.
    func go(to position: Int, _ lines: LineProtocol) throws {
        try lines.ask("GO \(position + 1)") { $0 == "OK" ? () : try refused("GO", $0) }
    }

    func speed(_ lines: LineProtocol) throws -> Int { try ask("SPD?", lines) { $0.code() } }

    func setSpeed(_ speed: Int, _ lines: LineProtocol) throws {
        try lines.ask("SPD \(speed)") { $0 == "OK" ? () : try refused("SPD", $0) }
    }

    /// Asks until an answer to this question comes: `POS 2` to `POS?`.
    private func ask<Value>(_ question: String, _ lines: LineProtocol, parse: (String) -> Value?) throws -> Value {
        try lines.ask(question) { line in
            let word = question.dropLast()
            guard line.hasPrefix("\(word) ") else { return try refused(question, line) }
            return parse(String(line.dropFirst(word.count + 1)))
        }
    }

    /// Throws if the wheel has understood and says no; nil for any other line, which does not answer this.
    private func refused<Value>(_ command: String, _ line: String) throws -> Value? {
        if line.hasPrefix("ERR") { throw SerialError.refused(command, answer: line) }
        return nil
    }
}
