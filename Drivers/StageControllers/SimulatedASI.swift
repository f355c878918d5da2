public import Transports

/// A simulated ASI controller with a three-axis stage and two lamps (ASI, "MS-2000 and RM-2000 Programming").
public struct SimulatedASI: SimulatedLineInstrument {
    public var pendingInput: [UInt8] = []
    public var axes = SimulatedColonAxes(
        [
            "X": SimulatedMotor(-550_000...550_000, speed: 2_000_000, at: 0),
            "Y": SimulatedMotor(-400_000...400_000, speed: 2_000_000, at: 0),
            "Z": SimulatedMotor(-50_000...50_000, speed: 500_000, at: 0),
        ],
        maximumSpeed: 7.5,
        parameters: [
            "ACCEL": 70, "BACKLASH": 0.04, "ERROR": 0.0004, "PCROS": 0.000024, "MAINTAIN": 0, "WAIT": 0, "KP": 200,
            "KI": 20, "KD": 0, "CNTS": 13_490.4, "SETHOME": 0, "VECTOR": 0, "JOYSTICK": 2, "UM": 10_000,
        ]
    )
    /// The lamp powers in percent, by socket.
    public var lamps = ["X": 0, "Y": 0]
    /// Whether it is old firmware that lacks `SL`, `SU`, `UM` and `VB`.
    public var isOld = false
    /// The modes that `VB` chooses.
    public var verbosity = SimulatedASIVerbosity()
    /// Whether a line end follows the letter that answers `STATUS` (Micro-Manager, asitiger); python-microscope expects
    /// the letter alone.
    public var endsStatus = false
    /// The limits that clients have set in millimeters, by command and axis.
    private var limits: [String: Double] = [:]

    public init() {}

    private static let long = [
        "W": "WHERE", "M": "MOVE", "R": "MOVREL", "S": "SPEED", "H": "HERE", "RS": "RDSTAT", "RB": "RDSBYTE",
        "/": "STATUS", "\\": "HALT", "I": "INFO", "@": "SPIN", "Z": "ZERO", "!": "HOME", "~": "RESET", "AC": "ACCEL",
        "B": "BACKLASH", "E": "ERROR", "PC": "PCROS", "MA": "MAINTAIN", "WT": "WAIT", "C": "CNTS", "HM": "SETHOME",
        "VE": "VECTOR", "J": "JOYSTICK", "MC": "MOTCTRL", "SETLOW": "SL", "SETUP": "SU", "VERSION": "V", "N": "WHO",
        "BU": "BUILD", "CD": "CDATE", "UN": "UNITS", "SS": "SAVESET", "UNITMULT": "UM",
    ]

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        // A Tiger controller takes the address of a card in front: `2M X=5`, or `2 M X=5`.
        let plain = command.drop { $0.isWholeNumber || $0 == " " }
        var words = plain.split(separator: " ").map { $0.uppercased() }
        guard !words.isEmpty else { return [] }
        let word = words.removeFirst()
        let command = Self.long[word] ?? word
        let answer = text(command, words, now)
        guard ["MOVE", "MOVREL"].contains(command), answer.hasPrefix(":A") else {
            return [SimulatedOutput(verbosity.ended(answer))]
        }
        let moved = words.compactMap { axes.motors[String($0.prefix(1))] }
        let end = moved.map(\.end).max() ?? now
        let targets = moved.map { $0.position(at: end) }
        return [SimulatedOutput(verbosity.ended(verbosity.moved(answer, to: targets)))]
            + verbosity.arrival(at: targets, after: max(.zero, end - now))
    }

    /// Begins with the modes that were saved.
    public mutating func powerUp(at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        verbosity.powerUp()
        return []
    }

    private mutating func text(_ word: String, _ words: [String], _ now: ContinuousClock.Instant) -> String {
        switch word {
        case "STATUS": return (axes.isMoving(now) ? "B" : "N") + (endsStatus ? "\r\n" : "")
        case "V": return ":A Version: USB-9.2k \r\n"
        case "CDATE": return ":A Dec 19 2018:15:05:10\r\n"
        case "BUILD": return build
        case "WHO": return "At 30: Comm v3.2 TIGER_COMM\rAt 31: X:XYMotor,Y:XYMotor v3.2 STD_XY\r\n"
        case "HALT":
            let wasMoving = axes.isMoving(now)
            axes.halt(now)
            return wasMoving ? ":N-21\r\n" : ":A \r\n"
        case "INFO": return info(words.first ?? "")
        case "LED": return led(words.first ?? "")
        case "SL", "SU": return isOld ? ":N-1\r\n" : limit(word, words.first ?? "")
        case "UM" where isOld: return ":N-1\r\n"
        case "ZERO":
            for letter in axes.motors.keys { axes.motors[letter]?.count(from: 0, at: now) }
            return ":A \r\n"
        case "VB": return isOld ? ":N-1\r\n" : verbosity.answer(words)
        case "SAVESET":
            if words.first == "Z" { verbosity.save() }
            return ":A \r\n"
        case "UNITS", "RESET": return ":A \r\n"
        case "WHERE" where verbosity.places > 0 && !words.isEmpty:
            let places = words.map { axes.motors[$0]?.position(at: now).text(places: verbosity.places) }
            return places.contains(nil) ? ":N-2\r\n" : ":A \(places.compactMap(\.self).joined(separator: " "))\r\n"
        case "RDSBYTE": return statusByte(words, now)
        case "HOME": return home(words, now)
        case "MOTCTRL": return motorControl(words)
        default: break
        }
        switch axes.answer(word, words, now) {
        case .data(let data): return ":A \(data)\r\n"
        case .error(let number): return ":N-\(number)\r\n"
        case nil: return ":N-1\r\n"
        }
    }

    /// The status of `RDSTAT` as one byte after a colon.
    private mutating func statusByte(_ words: [String], _ now: ContinuousClock.Instant) -> String {
        guard case .data(let data)? = axes.answer("RDSTAT", words, now) else { return ":N-2\r\n" }
        let bytes = data.split(separator: " ").compactMap { UInt8($0) }.map { Character(Unicode.Scalar($0)) }
        return ":" + String(bytes) + "\r\n"
    }

    private mutating func home(_ words: [String], _ now: ContinuousClock.Instant) -> String {
        guard !words.isEmpty else { return ":N-3\r\n" }
        for word in words { axes.motors[String(word.prefix(1))]?.run(forward: false, at: now) }
        return ":A \r\n"
    }

    /// `MC X+ Y-` switches motors on and off.
    private mutating func motorControl(_ words: [String]) -> String {
        for word in words {
            let letter = String(word.prefix(1))
            guard axes.motors[letter] != nil else { return ":N-2\r\n" }
            if word.hasSuffix("-") { axes.disabled.insert(letter) }
            if word.hasSuffix("+") { axes.disabled.remove(letter) }
        }
        return ":A \r\n"
    }

    private mutating func limit(_ word: String, _ argument: String) -> String {
        let letter = String(argument.prefix(1))
        guard let ends = axes.motors[letter]?.ends else { return ":N-2\r\n" }
        if argument.dropFirst().first == "=" {
            guard let value = argument.dropFirst(2).description.number else { return ":N-4\r\n" }
            limits[word + letter] = value
            return ":A \r\n"
        }
        let end = (word == "SL" ? ends.lowerBound : ends.upperBound) / (axes.values["UM"]?[letter] ?? 10_000)
        return ":A \(letter)=\((limits[word + letter] ?? end).text(places: 3))\r\n"
    }

    private mutating func led(_ argument: String) -> String {
        let letter = String(argument.prefix(1))
        guard let percent = lamps[letter] else { return ":N-2\r\n" }
        if argument.hasSuffix("?") { return "\(letter)=\(percent) :A\r\n" }
        guard let percent = argument.dropFirst(2).description.code(), percent <= 100 else { return ":N-4\r\n" }
        lamps[letter] = percent
        return ":A \r\n"
    }

    private var build: String {
        let letters = ["X", "Y", "Z"].filter { axes.motors[$0] != nil }
        let rows = [
            "TIGER_COMM", "Motor Axes: " + letters.joined(separator: " "),
            "Axis Types: " + letters.map { $0 == "Z" ? "z" : "x" }.joined(separator: " "),
            "Axis Addr: " + letters.map { _ in "1" }.joined(separator: " "),
            "Hex Addr: " + letters.map { _ in "31" }.joined(separator: " "),
        ]
        return rows.joined(separator: "\r") + "\r\n"
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
