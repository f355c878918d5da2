internal import Devices
internal import Threads
internal import Transports

/// What a ProScan III says and understands, in its standard mode.
enum ProScan {
    static let port = PortSettings(baudRate: 9600)
    static let format = LineFormat(commandEnd: "\r", answerEnd: "\r")

    /// Those that the sources have seen or name; the manual's list is longer.
    private static let errors = [
        4: "it cannot be understood", 5: "unknown command", 8: "out of range", 17: "there is no such filter wheel",
        18: "the queue of moves is full", 20: "there is no such shutter",
    ]

    /// Asks, and takes `E,n` for a refusal.
    ///
    /// That a move has been taken, or is over, may be said at any time.
    static func ask<Value>(_ command: String, _ lines: LineProtocol, parse: (String) -> Value?) throws -> Value {
        try lines.ask(command) { line in
            if let error = error(line) { throw SerialError.refused(command, answer: error) }
            return line == "R" ? nil : parse(line)
        }
    }

    /// `E,17`, or `E18` as some have it.
    static func error(_ line: String) -> String? {
        guard line.first == "E", let number = Int(line.dropFirst().drop { $0 == "," }) else { return nil }
        return errors[number].map { "\($0) (E,\(number))" } ?? "error E,\(number)"
    }

    /// The lines `NAME = value` of a description, up to its `END`.
    static func description(_ command: String, _ lines: LineProtocol) throws -> [String: String] {
        try lines.repeating {
            let rows = try lines.exchange(command) { $0 == "END" || error($0) != nil }
            if let error = rows.last.flatMap(error) { throw SerialError.refused(command, answer: error) }
            var values: [String: String] = [:]
            for row in rows {
                let parts = row.split(separator: "=", maxSplits: 1).map { String($0).trimmingBlanks }
                values[parts.first ?? ""] = parts.count > 1 ? parts[1] : ""
            }
            return values
        }
    }

    /// Begins a move, which is answered with `R`: at once by newer firmware, at its end by others.
    static func startMove(_ command: String, _ lines: LineProtocol) throws {
        try lines.send(command)
        let end = ContinuousClock.now + .milliseconds(60)
        while ContinuousClock.now < end {
            if let line = try lines.readLineIfAny() {
                if let error = error(line) { throw SerialError.refused(command, answer: error) }
                if line == "R" { return }
            }
            Pause.wait(for: .milliseconds(1))
        }
    }

    /// A bit for each motor that runs: X, Y, Z, the fourth, and the filter wheels.
    static func runningMotors(_ lines: LineProtocol) throws -> Int { try ask("$", lines) { $0.code() } }

    /// Makes sure that it is one, and gives its serial number, or what there is in its place.
    static func identify(_ lines: LineProtocol) throws -> String {
        let information = try description("?", lines)
        guard information.keys.contains("PROSCAN INFORMATION") else {
            throw DeviceError(.initialise, "what answers to '?' is no ProScan")
        }
        for command in ["SERIAL", "VERSION"] {
            do { return try ask(command, lines) { $0 } } catch SerialError.refused { continue }
        }
        return ""
    }
}

extension String {
    /// Without the blanks at both ends.
    var trimmingBlanks: String {
        String(drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
    }
}
