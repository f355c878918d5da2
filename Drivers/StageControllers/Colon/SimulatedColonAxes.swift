internal import Transports

/// The axes of a simulated controller that answers with `:A` or `:N`.
public struct SimulatedColonAxes: Sendable, Codable {
    public var motors: [String: SimulatedMotor]
    /// The speeds set with `SPEED`, by axis.
    public var speeds: [String: Double] = [:]
    /// The axes whose motors another program has switched off; they accept moves and stay where they are.
    public var disabled: Set<String> = []
    /// The values that clients can set and read, and that change nothing here, by command and axis.
    var values: [String: [String: Double]] = [:]
    let maximumSpeed: Double
    /// Whether `SPEED X` reads a value (Ludl), and not only `SPEED X?` (ASI).
    let readsBareLetters: Bool
    /// The commands with a value for each axis, and their defaults.
    let parameters: [String: Double]

    init(
        _ motors: [String: SimulatedMotor],
        maximumSpeed: Double,
        readsBareLetters: Bool = false,
        parameters: [String: Double] = [:]
    ) {
        (self.motors, self.maximumSpeed) = (motors, maximumSpeed)
        (self.readsBareLetters, self.parameters) = (readsBareLetters, parameters)
    }

    /// The result of a command: the data after `:A`, or an error number.
    enum Answer {
        case data(String)
        case error(Int)
    }

    /// Nil for a command that is not about axes.
    ///
    /// - Parameter arguments: `X=100`, `Y`, `Z?`.
    mutating func answer(_ word: String, _ arguments: [String], _ now: ContinuousClock.Instant) -> Answer? {
        guard Self.words.contains(word) || parameters[word] != nil else { return nil }
        guard !arguments.isEmpty else { return .error(3) }
        var data: [String] = []
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let letter = String(parts[0].prefix { $0 != "?" })
            guard motors[letter] != nil else { return .error(2) }
            if let text = reported(word, letter, isQuery: argument.hasSuffix("?"), hasValue: parts.count > 1, now) {
                data.append(text)
            } else {
                let value = parts.count > 1 ? parts[1].number : 0
                guard let value else { return .error(4) }
                perform(word, letter, value, now)
            }
        }
        return .data(data.joined(separator: " "))
    }

    private static let words: Set = ["WHERE", "RDSTAT", "MOVE", "MOVREL", "SPIN", "HERE", "SPEED"]

    /// What a query reports; nil for a command.
    private func reported(
        _ word: String,
        _ letter: String,
        isQuery: Bool,
        hasValue: Bool,
        _ now: ContinuousClock.Instant
    ) -> String? {
        guard let motor = motors[letter] else { return nil }
        switch word {
        case "WHERE": return motor.position(at: now).text(places: 0)
        // `RDSTAT X?` is the busy flag alone (ASI).
        case "RDSTAT" where isQuery: return motor.isMoving(at: now) ? "B" : "N"
        case "RDSTAT":
            let end = motor.end(at: now)
            let bits = (motor.isMoving(at: now) ? 5 : 0) | (disabled.contains(letter) ? 0 : 2)
            return "\(bits | (end > 0 ? 0x40 : 0) | (end < 0 ? 0x80 : 0))"
        case "MOVE", "MOVREL", "SPIN", "HERE": return nil
        default:
            let value =
                word == "SPEED" ? speeds[letter] ?? maximumSpeed : values[word]?[letter] ?? parameters[word] ?? 0
            if isQuery { return "\(letter)=\(value.text(places: 3))" }
            return readsBareLetters && !hasValue ? value.text(places: 0) : nil
        }
    }

    private mutating func perform(_ word: String, _ letter: String, _ value: Double, _ now: ContinuousClock.Instant) {
        let isStill = disabled.contains(letter)
        switch word {
        case "MOVE" where !isStill: motors[letter]?.move(to: value, at: now)
        case "MOVREL" where !isStill:
            let place = motors[letter]?.position(at: now) ?? 0
            motors[letter]?.move(to: place + value, at: now)
        case "MOVE", "MOVREL": break
        case "SPIN" where value == 0: motors[letter]?.halt(at: now)
        case "SPIN": motors[letter]?.run(forward: value > 0, at: now)
        case "HERE": motors[letter]?.count(from: value, at: now)
        case "SPEED": speeds[letter] = min(max(value, 0), maximumSpeed)
        default: values[word, default: [:]][letter] = value
        }
    }

    mutating func halt(_ now: ContinuousClock.Instant) { for letter in motors.keys { motors[letter]?.halt(at: now) } }

    func isMoving(_ now: ContinuousClock.Instant) -> Bool { motors.values.contains { $0.isMoving(at: now) } }
}
