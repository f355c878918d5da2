internal import Transports

/// The axes of a simulated controller that answers with `:A` or `:N`.
public struct SimulatedColonAxes: Sendable {
    public var motors: [String: SimulatedMotor]
    /// The speeds set with `SPEED`, by axis.
    public var speeds: [String: Double] = [:]
    let maximumSpeed: Double

    init(_ motors: [String: SimulatedMotor], maximumSpeed: Double) {
        (self.motors, self.maximumSpeed) = (motors, maximumSpeed)
    }

    /// The result of a command: the data after `:A`, or an error number.
    enum Answer {
        case data(String)
        case error(Int)
    }

    /// - Parameter arguments: `X=100`, `Y`, `Z?`.
    mutating func answer(_ word: String, _ arguments: [String], _ now: ContinuousClock.Instant) -> Answer? {
        guard Self.words.contains(word) else { return nil }
        guard !arguments.isEmpty else { return .error(3) }
        var data: [String] = []
        for argument in arguments {
            let parts = argument.split(separator: "=", maxSplits: 1).map(String.init)
            let letter = String(parts[0].prefix { $0 != "?" })
            guard motors[letter] != nil else { return .error(2) }
            if word == "SPEED", argument.hasSuffix("?") {
                data.append("\(letter)=\((speeds[letter] ?? maximumSpeed).text(places: 3))")
            } else if let text = tells(word, letter, now) {
                data.append(text)
            } else {
                let value = parts.count > 1 ? parts[1].number : 0
                guard let value else { return .error(4) }
                does(word, letter, value, now)
            }
        }
        return .data(data.joined(separator: " "))
    }

    private static let words: Set<String> = ["WHERE", "RDSTAT", "MOVE", "MOVREL", "SPIN", "HERE", "SPEED"]

    private func tells(_ word: String, _ letter: String, _ now: ContinuousClock.Instant) -> String? {
        guard let motor = motors[letter] else { return nil }
        switch word {
        case "WHERE": return motor.position(at: now).text(places: 0)
        case "RDSTAT":
            let end = motor.end(at: now)
            let status = (motor.isMoving(at: now) ? 5 : 0) | 2 | (end > 0 ? 0x40 : 0) | (end < 0 ? 0x80 : 0)
            return "\(status)"
        default: return nil
        }
    }

    private mutating func does(_ word: String, _ letter: String, _ value: Double, _ now: ContinuousClock.Instant) {
        switch word {
        case "MOVE": motors[letter]?.move(to: value, at: now)
        case "MOVREL":
            let place = motors[letter]?.position(at: now) ?? 0
            motors[letter]?.move(to: place + value, at: now)
        case "SPIN" where value == 0: motors[letter]?.halt(at: now)
        case "SPIN": motors[letter]?.run(forward: value > 0, at: now)
        case "HERE": motors[letter]?.count(from: value, at: now)
        case "SPEED": speeds[letter] = min(max(value, 0), maximumSpeed)
        default: break
        }
    }

    mutating func halt(_ now: ContinuousClock.Instant) { for letter in motors.keys { motors[letter]?.halt(at: now) } }

    func isMoving(_ now: ContinuousClock.Instant) -> Bool { motors.values.contains { $0.isMoving(at: now) } }
}
