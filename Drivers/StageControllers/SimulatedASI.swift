public import Transports

/// A simulated ASI controller with a three-axis stage and two lamps.
public struct SimulatedASI: SimulatedLineInstrument {
    public var pendingInput: [UInt8] = []
    public var axes = SimulatedColonAxes(
        [
            "X": SimulatedMotor(-550_000...550_000, speed: 2_000_000, at: 0),
            "Y": SimulatedMotor(-400_000...400_000, speed: 2_000_000, at: 0),
            "Z": SimulatedMotor(-50_000...50_000, speed: 500_000, at: 0),
        ],
        maximumSpeed: 7.5
    )
    /// The lamp powers in percent, by socket.
    public var lamps = ["X": 0, "Y": 0]
    /// Whether it is old firmware that lacks `SL` and `SU`.
    public var isOld = false

    public init() {}

    private static let long = [
        "W": "WHERE", "M": "MOVE", "R": "MOVREL", "S": "SPEED", "H": "HERE", "RS": "RDSTAT", "RDSBYTE": "RDSTAT",
        "/": "STATUS", "\\": "HALT", "I": "INFO", "@": "SPIN",
    ]

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        var words = command.split(separator: " ").map { $0.uppercased() }
        let word = words.removeFirst()
        return [SimulatedOutput(text(Self.long[word] ?? word, words, now))]
    }

    private mutating func text(_ word: String, _ words: [String], _ now: ContinuousClock.Instant) -> String {
        switch word {
        case "STATUS": return axes.isMoving(now) ? "B" : "N"
        case "V": return ":A Version: USB-9.2k \r\n"
        case "HALT":
            let wasMoving = axes.isMoving(now)
            axes.halt(now)
            return wasMoving ? ":N-21\r\n" : ":A \r\n"
        case "INFO": return info(words.first ?? "")
        case "LED": return led(words.first ?? "")
        case "SL", "SU": return isOld ? ":N-1\r\n" : limit(word, words.first ?? "")
        default: break
        }
        switch axes.answer(word, words, now) {
        case .data(let data): return ":A \(data)\r\n"
        case .error(let number): return ":N-\(number)\r\n"
        case nil: return ":N-1\r\n"
        }
    }

    private func limit(_ word: String, _ argument: String) -> String {
        let letter = String(argument.prefix(1))
        guard let ends = axes.motors[letter]?.ends else { return ":N-2\r\n" }
        let end = word == "SL" ? ends.lowerBound : ends.upperBound
        return ":A \(letter)=\((end / 10_000).text(places: 3))\r\n"
    }

    private mutating func led(_ argument: String) -> String {
        let letter = String(argument.prefix(1))
        guard let percent = lamps[letter] else { return ":N-2\r\n" }
        if argument.hasSuffix("?") { return "\(letter)=\(percent) :A\r\n" }
        guard let percent = argument.dropFirst(2).description.code(), percent <= 100 else { return ":N-4\r\n" }
        lamps[letter] = percent
        return ":A \r\n"
    }

    /// A screen of two columns, with bare carriage returns.
    private func info(_ letter: String) -> String {
        guard let ends = axes.motors[letter]?.ends else { return ":N-2\r\n" }
        let (lower, upper) = (ends.lowerBound / 10_000, ends.upperBound / 10_000)
        let rows = [
            ("Axis Name ChX: \(letter)", "Max Speed   : 7.500 [S] mm/s"),
            ("Low Lim     : \(lower.text(places: 3)) [SL] mm", "Up Lim      : \(upper.text(places: 3)) [SU] mm"),
        ]
        return rows.map { left, right in
            left + String(repeating: " ", count: max(0, 33 - left.count)) + right + "\r"
        }.joined()
    }
}
