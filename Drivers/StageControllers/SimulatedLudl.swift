public import Transports

/// A simulated Ludl controller with a stage, a filter wheel and three shutters (the high-level commands of the MAC 5000).
public struct SimulatedLudl: SimulatedLineInstrument {
    public var pendingInput: [UInt8] = []
    public var axes = SimulatedColonAxes(
        [
            "X": SimulatedMotor(-400_000...600_000, speed: 2_000_000),
            "Y": SimulatedMotor(-200_000...500_000, speed: 2_000_000),
        ],
        maximumSpeed: 276_480,
        readsBareLetters: true,
        parameters: ["ACCEL": 100, "STSPEED": 5_000]
    )
    /// Whether another program has left it at the low-level commands, where text is no command.
    public var isLowLevel = false
    /// The position of the wheel, from 1.
    public var wheel = 3
    public var wheelTime = Duration.milliseconds(100)
    public var openShutters: Set<Int> = []
    public var isJoystickOn = true
    var wheelBusyUntil: ContinuousClock.Instant?
    private var isEscaped = false

    public init() {}

    /// Takes text, and the bytes `ff 41` and `ff 42`, which choose the high and the low level (Micro-Manager).
    public mutating func receive(_ bytes: [UInt8], at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        var outputs: [SimulatedOutput] = []
        for byte in bytes {
            if isEscaped {
                (isEscaped, isLowLevel, pendingInput) = (false, byte == 0x42, [])
            } else if byte == 0xFF {
                isEscaped = true
            } else if byte == 0x0D, !isLowLevel {
                let command = String(decoding: pendingInput, as: UTF8.self)
                pendingInput = []
                if command.contains(where: { $0 != " " }) { outputs += answer(command, at: now) }
            } else {
                pendingInput.append(byte)
                if isLowLevel { outputs += lowLevelAnswer(at: now) }
            }
        }
        return outputs
    }

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        var words = command.split(whereSeparator: { $0 == " " || $0 == "\n" }).map { $0.uppercased() }
        let word = words.isEmpty ? "" : words.removeFirst()
        let text: String
        switch word {
        case "RCONFIG": text = Self.modules + ":A\n"
        case "VER": text = "Version 7.10 MCMSE\n:A\n"
        case "STATUS": text = isBusy(words, now) ? "B" : "N"
        case "HALT", "REMRES":
            axes.halt(now)
            text = ":A \n"
        case "JOYSTICK":
            isJoystickOn = !words.contains { $0.hasSuffix("-") }
            text = ":A \n"
        case "RDSTAT" where words.first?.hasPrefix("S") == true:
            text = ":A \(openShutters.reduce(0) { $0 | 2 << $1 }) \n"
        case "HOME", "CENTER": text = run(word, words, now)
        default: text = moves(word, words, now) ?? ":N -1\n"
        }
        return [SimulatedOutput(text)]
    }

    private func isBusy(_ words: [String], _ now: ContinuousClock.Instant) -> Bool {
        guard let word = words.first else { return axes.isMoving(now) }
        return word.hasPrefix("S")
            ? wheelBusyUntil.map { $0 > now } ?? false
            : axes.motors[word]?.isMoving(at: now) ?? false
    }

    /// Runs axes to their lower ends or to the middle.
    private mutating func run(_ word: String, _ words: [String], _ now: ContinuousClock.Instant) -> String {
        guard !words.isEmpty, words.allSatisfy({ axes.motors[$0] != nil }) else {
            return words.isEmpty ? ":N -3\n" : ":N -2\n"
        }
        for letter in words {
            if word == "HOME" {
                axes.motors[letter]?.run(forward: false, at: now)
            } else {
                axes.motors[letter]?.move(to: 0, at: now)
            }
        }
        return ":A \n"
    }

    private mutating func moves(_ word: String, _ words: [String], _ now: ContinuousClock.Instant) -> String? {
        switch axes.answer(word, words, now) {
        case .data(let data): return ":A \(data)\n"
        case .error(let number): return ":N -\(number)\n"
        case nil: break
        }
        guard words.first == "S1" || words.first == "S", words.count > 1 else {
            return ["OPEN", "CLOSE", "ROTAT"].contains(word) ? ":N -2\n" : nil
        }
        switch (word, words[1].code()) {
        case ("OPEN", let number?) where 1...3 ~= number: openShutters.insert(number)
        case ("CLOSE", let number?) where 1...3 ~= number: openShutters.remove(number)
        case ("ROTAT", _):
            guard words.count > 2, let position = words[2] == "H" ? 1 : words[2].code(), 0...10 ~= position else {
                return ":N -4\n"
            }
            wheel = position == 0 ? 10 : position
            wheelBusyUntil = now + wheelTime
        default: return ":N -4\n"
        }
        return ":A \n"
    }

    private static let modules = """

        Dev Addres   Label   Id   Description

            1       EMOT    X    X axis stage        MCMSE
            2       EMOT    Y    Y axis stage        MCMSE
           17       EFILS   S    S Filter Shutter    FWSHC

        """
}
