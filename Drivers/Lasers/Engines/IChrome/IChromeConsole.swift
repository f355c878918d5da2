internal import Transports

/// The console of an iChrome MLE, which speaks a Lisp: parameters are asked for and set by name.
struct IChromeConsole {
    let lines: LineProtocol

    func text(_ name: String) throws -> String {
        try ask(name) { answer in
            guard answer.count >= 2, answer.hasPrefix("\""), answer.hasSuffix("\"") else { return nil }
            return String(answer.dropFirst().dropLast())
        }
    }

    func number(_ name: String) throws -> Double { try ask(name, parse: \.number) }
    func flag(_ name: String) throws -> Bool { try ask(name) { $0 == "#t" ? true : $0 == "#f" ? false : nil } }

    func set(_ name: String, to flag: Bool) throws { try set(name, to: flag ? "#t" : "#f") }

    func set(_ name: String, to value: String) throws {
        let command = "(param-set! '\(name) \(value))"
        let result = try answer(to: command) { Int($0) }
        guard result >= 0 else { throw SerialError.refused(command, answer: "\(result)") }
    }

    private func ask<Value>(_ name: String, parse: (String) throws -> Value?) throws -> Value {
        try answer(to: "(param-ref '\(name))", parse: parse)
    }

    private func answer<Value>(to command: String, parse: (String) throws -> Value?) throws -> Value {
        try lines.repeating {
            try lines.send(command)
            let answer = try lines.readLines(upTo: "\r\n> ")
            if let error = answer.first(where: { $0.hasPrefix("Error:") }) {
                throw SerialError.refused(command, answer: error)
            }
            guard let line = answer.first, answer.count == 1, let value = try parse(line) else {
                throw SerialError.odd(answer: answer.joined(separator: " "), to: command)
            }
            return value
        }
    }
}
