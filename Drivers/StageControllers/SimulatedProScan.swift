public import Transports

/// A simulated ProScan III with a stage, a focus drive, two filter wheels and a shutter.
public struct SimulatedProScan: SimulatedLineInstrument {
    public var pendingInput: [UInt8] = []
    public var motors = [
        "X": SimulatedMotor(0...114_000, speed: 200_000), "Y": SimulatedMotor(0...75_000, speed: 200_000),
        "Z": SimulatedMotor(-5_000...5_000, speed: 20_000),
    ]
    /// The positions, from 1, by wheel number.
    public var wheels = [1: 1, 2: 1]
    public var positionsPerWheel = 10
    public var stepTime = Duration.milliseconds(20)
    /// Whether wheels stop half-way.
    public var isWheelStuck = false
    public var isShutterOpen = false
    /// Whether `R` reports that a move was accepted (firmware 1.03) and not that it has ended (the manual).
    public var acknowledges = false
    public var hasStage = true
    /// The values by command.
    private var properties = ["SMS": 100, "SAS": 100, "SCS": 100]
    private var wheelsBusyUntil: [Int: ContinuousClock.Instant] = [:]

    public init() {}

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let words = command.split { ", \t;:".contains($0) }.map { $0.uppercased() }
        guard let word = words.first else { return [] }
        let arguments = Array(words.dropFirst())
        if let text = tells(word, arguments, now) { return [SimulatedOutput("\(text)\r")] }
        guard let end = moves(word, arguments, now) else { return [SimulatedOutput("\(refusal(word))\r")] }
        return [SimulatedOutput("R\r", after: acknowledges ? .zero : max(.zero, end - now))]
    }

    private func refusal(_ word: String) -> String { word == "7" ? "E,17" : word == "8" ? "E,20" : "E,5" }

    private mutating func tells(_ word: String, _ arguments: [String], _ now: ContinuousClock.Instant) -> String? {
        switch (word, arguments.count) {
        case ("?", 0): information
        case ("VERSION", 0): "103"
        case ("SERIAL", 0): "65432"
        case ("COMP", 0): "0"
        case ("$", 0): "\(running(now))"
        case ("STAGE", 0) where hasStage:
            "STAGE = H101A\rTYPE = 2\rSIZE_X = 114 MM\rSIZE_Y = 75 MM\rMICROSTEPS/MICRON = 25\r"
                + "LIMITS = NORMALLY CLOSED\rEND"
        case ("STAGE", 0): "STAGE = NONE\rEND"
        case ("RES", 1): hasStage ? "1" : "0"
        case ("P", 0): ["X", "Y", "Z"].map { place($0, now) }.joined(separator: ",")
        case ("PX", 0), ("PY", 0), ("PZ", 0): place(String(word.suffix(1)), now)
        case ("FILTER", 1): filter(arguments[0])
        case ("FPW", 1): arguments[0].code().flatMap { wheels[$0] }.map { _ in "\(positionsPerWheel)" }
        case ("7", 2) where arguments[1] == "F": arguments[0].code().flatMap { wheels[$0] }.map { "\($0)" }
        case ("8", 1) where arguments[0] == "1": isShutterOpen ? "0" : "1"
        case ("SMS", _), ("SAS", _), ("SCS", _): property(word, arguments)
        default: nil
        }
    }

    private func place(_ letter: String, _ now: ContinuousClock.Instant) -> String {
        motors[letter]?.position(at: now).text(places: 0) ?? "0"
    }

    private mutating func property(_ word: String, _ arguments: [String]) -> String? {
        guard let argument = arguments.first else { return properties[word].map { "\($0)" } }
        properties[word] = argument.code()
        return "0"
    }

    private var information: String {
        let parts = [
            "PROSCAN INFORMATION", "DSP_1 IS 4 AXIS STEPPER VERSION 1.2", "DRIVE CHIPS 101111", "JOYSTICK ACTIVE",
            "STAGE = \(hasStage ? "H101A" : "NONE")", "FOCUS = NORMAL", "FOURTH = NONE",
            "FILTER_1 = \(wheels[1] == nil ? "NONE" : "HF110")", "FILTER_2 = \(wheels[2] == nil ? "NONE" : "HF110")",
            "SHUTTERS = 001", "LED = 0000", "END",
        ]
        return parts.joined(separator: "\r")
    }

    private func filter(_ number: String) -> String {
        guard number.code().flatMap({ wheels[$0] }) != nil else { return "FILTER_\(number) = NONE\rEND" }
        return "FILTER_\(number) = HF110\rTYPE = 3\rFILTERS PER WHEEL = \(positionsPerWheel)\rEND"
    }

    private func running(_ now: ContinuousClock.Instant) -> Int {
        let motors = ["X", "Y", "Z"].enumerated().map { index, letter in
            (self.motors[letter]?.isMoving(at: now) ?? false) ? 1 << index : 0
        }
        let wheels = [1, 2].map { (wheelsBusyUntil[$0].map { $0 > now } ?? false) ? 8 << $0 : 0 }
        return (motors + wheels).reduce(0, |)
    }

    /// Starts a move and returns when it ends; nil if the command is not a move.
    private mutating func moves(
        _ word: String,
        _ arguments: [String],
        _ now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        switch word {
        case "G": return go(["X", "Y", "Z"], arguments, now)
        case "GX", "GY", "GZ": return go([String(word.suffix(1))], arguments, now)
        case "K", "I":
            for letter in motors.keys { motors[letter]?.halt(at: now) }
            return now
        case "8" where arguments.first == "1" && arguments.count == 2:
            isShutterOpen = arguments[1] == "0"
            return now
        case "7" where arguments.count == 2: return turn(arguments, now)
        default: return nil
        }
    }

    private mutating func go(_ letters: [String], _ arguments: [String], _ now: ContinuousClock.Instant)
        -> ContinuousClock.Instant?
    {
        guard !arguments.isEmpty else { return nil }
        var end = now
        for (letter, argument) in zip(letters, arguments) {
            guard let place = argument.number, var motor = motors[letter] else { return nil }
            motor.move(to: place, at: now)
            end = max(end, motor.end)
            motors[letter] = motor
        }
        return end
    }

    private mutating func turn(_ arguments: [String], _ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard let number = arguments[0].code(), let from = wheels[number] else { return nil }
        let target = arguments[1] == "H" ? 1 : arguments[1].code() ?? 0
        guard 1...positionsPerWheel ~= target else { return nil }
        let distance = abs(target - from)
        wheels[number] = isWheelStuck ? (from + target) / 2 : target
        let end = now + stepTime * min(distance, positionsPerWheel - distance)
        wheelsBusyUntil[number] = end
        return end
    }
}
