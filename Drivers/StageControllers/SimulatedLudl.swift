public import Transports

/// A simulated Ludl controller with a stage, a filter wheel and three shutters.
public struct SimulatedLudl: SimulatedLineInstrument {
    public var pendingInput: [UInt8] = []
    public var axes = SimulatedColonAxes(
        [
            "X": SimulatedMotor(-400_000...600_000, speed: 2_000_000),
            "Y": SimulatedMotor(-200_000...500_000, speed: 2_000_000),
        ],
        maximumSpeed: 276_480
    )
    /// Counted from 1.
    public var wheel = 3
    public var wheelTime = Duration.milliseconds(100)
    public var openShutters: Set<Int> = []
    private var wheelBusyUntil: ContinuousClock.Instant?

    public init() {}

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        var words = command.split(separator: " ").map { $0.uppercased() }
        let word = words.removeFirst()
        let text: String
        switch word {
        case "RCONFIG": text = Self.modules + ":A\n"
        case "VER": text = "Version 7.10 MCMSE\n:A\n"
        case "STATUS": text = isBusy(words, now) ? "B" : "N"
        case "HALT":
            axes.halt(now)
            text = ":A \n"
        case "RDSTAT" where words.first?.hasPrefix("S") == true:
            text = ":A \(openShutters.reduce(0) { $0 | 2 << $1 }) \n"
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
