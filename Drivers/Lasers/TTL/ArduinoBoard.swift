internal import Transports

/// The commands of a board with Micro-Manager's firmware for Arduinos: bytes, of which each is answered with itself.
///
/// The board waits a second for the rest of a command, and forgets it then without a word.
struct ArduinoBoard: Sendable {
    static let port = PortSettings(baudRate: 57600)
    static let format = LineFormat(
        commandEnd: "",
        answerEnd: "\r\n",
        patience: .milliseconds(1500),
        silence: .milliseconds(1100)
    )
    /// Pins 8 to 13 of an Uno.
    static let lineCount = 6

    /// Tells the version.
    ///
    /// Opening its port resets a board, which then says nothing for two seconds.
    func identify(_ lines: LineProtocol) throws -> String {
        try lines.repeating(4) {
            try lines.send([30], as: "identification")
            let answer = try lines.readLine()
            guard answer == "MM-Ard" else { throw SerialError.odd(answer: answer, to: "identification") }
        }
        return try lines.repeating {
            try lines.send([31], as: "version")
            let answer = try lines.readLine()
            guard let version = answer.code() else { throw SerialError.odd(answer: answer, to: "version") }
            return "\(version)"
        }
    }

    /// The lines that are high, a bit each.
    func pattern(_ lines: LineProtocol) throws -> UInt8 { try exchange([2], "pattern?", 2, lines)[1] & 0x3F }

    func setPattern(_ pattern: UInt8, _ lines: LineProtocol) throws {
        _ = try exchange([1, pattern & 0x3F], "pattern", 1, lines)
    }

    /// Makes all lines low and makes sure of it.
    func switchOff(_ lines: LineProtocol) throws {
        for _ in 0..<3 {
            try setPattern(0, lines)
            if try pattern(lines) == 0 { return }
        }
        throw SerialError.refused("pattern 0", answer: "some lines are still high")
    }

    func setGate(_ gate: ArduinoGate, _ lines: LineProtocol) throws {
        if gate == .none { return _ = try exchange([21], "blanking off", 1, lines) }
        _ = try exchange([22, gate == .high ? 1 : 0], "blanking level", 1, lines)
        _ = try exchange([20], "blanking on", 1, lines)
    }

    private func exchange(_ bytes: [UInt8], _ name: String, _ count: Int, _ lines: LineProtocol) throws -> [UInt8] {
        try lines.repeating {
            try lines.send(bytes, as: name)
            let answer = try lines.readBytes(count)
            guard answer.count == count, answer.first == bytes.first else {
                try lines.resynchronise()
                throw SerialError.odd(answer: "\(answer)", to: name)
            }
            return answer
        }
    }
}
