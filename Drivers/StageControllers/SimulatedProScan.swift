public import Transports

/// A simulated ProScan III with a stage, a focus drive, two filter wheels and a shutter (Prior, ProScan III manual).
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
    /// Whether errors are reported in words and not by their numbers (`ERROR,1`).
    public var reportsErrorsInWords = false
    /// The values that clients can set, by command.
    public var properties = [
        "SMS": 100, "SAS": 100, "SCS": 100, "SMZ": 100, "SAZ": 100, "SCZ": 100, "SMF": 100, "SAF": 100, "SCF": 100,
        "OS": 100, "OF": 100, "COMP": 0, "BLSH": 0, "BLSJ": 0, "BLZH": 0, "BLZJ": 0, "JXD": 1, "JYD": 1, "JZD": 1,
        "XD": 1, "YD": 1, "ZD": 1, "C": 100, "X": 100, "UPR": 100,
    ]
    private var wheelsBusyUntil: [Int: ContinuousClock.Instant] = [:]

    public init() {}

    public mutating func answer(_ command: String, at now: ContinuousClock.Instant) -> [SimulatedOutput] {
        let words = command.split { ", \t;:".contains($0) }.map { $0.uppercased() }
        guard let word = words.first else { return [] }
        let arguments = Array(words.dropFirst())
        if let text = reported(word, arguments, now) { return [SimulatedOutput("\(text)\r")] }
        guard let end = moves(word, arguments, now) else { return [SimulatedOutput("\(refusal(word))\r")] }
        return [SimulatedOutput("R\r", after: acknowledges ? .zero : max(.zero, end - now))]
    }

    private func refusal(_ word: String) -> String {
        let number = word == "7" ? 17 : word == "8" ? 20 : word.hasPrefix("G") || word == "PS" ? 4 : 5
        let words = [4: "STRING PARSE", 5: "COMMAND NOT FOUND", 17: "NO FILTER WHEEL", 20: "NO SHUTTER"]
        return reportsErrorsInWords ? "ERROR: \(words[number] ?? "")" : "E,\(number)"
    }

    private mutating func reported(_ word: String, _ arguments: [String], _ now: ContinuousClock.Instant) -> String? {
        switch (word, arguments.count) {
        case ("?", 0): return information
        case ("VERSION", 0): return "103"
        case ("SERIAL", 0): return "65432"
        case ("DATE", 0): return "ProScan III Version 1.03 compiled Apr 11 2012"
        case ("$", 0...1): return "\(running(now, of: arguments.first))"
        case ("LMT", 0), ("=", 0): return limitSwitches(now)
        case ("STAGE", 0) where hasStage:
            return "STAGE = H101A\rTYPE = 2\rSIZE_X = 114 MM\rSIZE_Y = 75 MM\rMICROSTEPS/MICRON = 25\r"
                + "LIMITS = NORMALLY CLOSED\rEND"
        case ("STAGE", 0): return "STAGE = NONE\rEND"
        case ("FOCUS", 0): return "FOCUS = NORMAL\rTYPE = 0\rMICRONS/REV = 100\rEND"
        case ("SHUTTER", 1): return "SHUTTER_\(arguments[0]) = \(arguments[0] == "1" ? "NORMAL" : "NONE")\rEND"
        case ("RES", 1): return hasStage ? "1" : "0"
        case ("RES", 2): return "0"
        case ("P", 0): return ["X", "Y", "Z"].map { place($0, now) }.joined(separator: ",")
        case ("PX", 0), ("PY", 0), ("PZ", 0): return place(String(word.suffix(1)), now)
        case ("PS", 2), ("PX", 1), ("PY", 1), ("PZ", 1), ("Z", 0): return setPosition(word, arguments, now)
        case ("H", 0), ("J", 0): return "0"
        case ("FILTER", 1): return filter(arguments[0])
        case ("FPW", 1): return arguments[0].code().flatMap { wheels[$0] }.map { _ in "\(positionsPerWheel)" }
        case ("7", 2) where arguments[1] == "F": return arguments[0].code().flatMap { wheels[$0] }.map { "\($0)" }
        case ("8", 1) where arguments[0] == "1": return isShutterOpen ? "0" : "1"
        case ("TTL", 2): return "0"
        case ("ERROR", 1):
            reportsErrorsInWords = arguments[0] == "1"
            return "0"
        case (_, 0...1): return property(word, arguments)
        default: return nil
        }
    }

    private func place(_ letter: String, _ now: ContinuousClock.Instant) -> String {
        motors[letter]?.position(at: now).text(places: 0) ?? "0"
    }

    /// A property whose command has its value as its only argument; `BLSH` and `BLSJ` have a switch in front.
    private mutating func property(_ word: String, _ arguments: [String]) -> String? {
        guard let value = properties[word] else { return nil }
        guard let argument = arguments.first else { return "\(value)" }
        // Arguments that make no sense are answered with 0 as well (python-microscope).
        properties[word] = argument.code() ?? value
        return "0"
    }

    private mutating func setPosition(_ word: String, _ arguments: [String], _ now: ContinuousClock.Instant) -> String?
    {
        let letters = word == "PS" ? ["X", "Y"] : word == "Z" ? ["X", "Y", "Z"] : [String(word.suffix(1))]
        for (index, letter) in letters.enumerated() {
            guard let value = word == "Z" ? 0 : arguments[index].number else { return nil }
            motors[letter]?.count(from: value, at: now)
        }
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

    /// The bits of the running motors, of all of them or of the stage (`S`), the focus (`Z`) or the wheels (`F`).
    private func running(_ now: ContinuousClock.Instant, of group: String?) -> Int {
        let motors = ["X", "Y", "Z"].enumerated().map { index, letter in
            (self.motors[letter]?.isMoving(at: now) ?? false) ? 1 << index : 0
        }
        let wheels = [1, 2].map { (wheelsBusyUntil[$0].map { $0 > now } ?? false) ? 8 << $0 : 0 }
        let all = (motors + wheels).reduce(0, |)
        return switch group {
        case "S": all & 3
        case "Z": (all & 4) >> 2
        case "F": all >> 4
        default: all
        }
    }

    /// Two bits for each axis, in hexadecimal: its upper and its lower limit switch.
    private func limitSwitches(_ now: ContinuousClock.Instant) -> String {
        let bits = ["X", "Y", "Z"].enumerated().reduce(0) { bits, axis in
            let end = motors[axis.element]?.end(at: now) ?? 0
            return bits | (end > 0 ? 1 : end < 0 ? 2 : 0) << (2 * axis.offset)
        }
        let text = String(bits, radix: 16, uppercase: true)
        return (text.count < 2 ? "0" : "") + text
    }

    // MARK: Moves

    /// Starts a move and returns when it ends; nil if the command is not a move.
    private mutating func moves(
        _ word: String,
        _ arguments: [String],
        _ now: ContinuousClock.Instant
    ) -> ContinuousClock.Instant? {
        switch word {
        case "G": return go(["X", "Y", "Z"], arguments, now)
        case "GR": return go(["X", "Y", "Z"], arguments, now, isRelative: true)
        case "GX", "GY", "GZ": return go([String(word.suffix(1))], arguments, now)
        case "V": return go(["Z"], arguments, now)
        case "M": return go(["X", "Y"], ["0", "0"], now)
        case "U": return go(["Z"], [arguments.first ?? "100"], now, isRelative: true)
        case "D": return go(["Z"], ["-" + (arguments.first ?? "100")], now, isRelative: true)
        case "R": return go(["X"], [arguments.first ?? "100"], now, isRelative: true)
        case "L": return go(["X"], ["-" + (arguments.first ?? "100")], now, isRelative: true)
        case "F": return go(["Y"], [arguments.first ?? "100"], now, isRelative: true)
        case "B": return go(["Y"], ["-" + (arguments.first ?? "100")], now, isRelative: true)
        case "SIS" where hasStage:
            for letter in ["X", "Y"] {
                motors[letter]?.run(forward: false, at: now)
            }
            return motors.values.map(\.end).max() ?? now
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

    private mutating func go(
        _ letters: [String],
        _ arguments: [String],
        _ now: ContinuousClock.Instant,
        isRelative: Bool = false
    ) -> ContinuousClock.Instant? {
        guard !arguments.isEmpty else { return nil }
        var end = now
        for (letter, argument) in zip(letters, arguments) {
            guard let place = argument.number, var motor = motors[letter] else { return nil }
            motor.move(to: place + (isRelative ? motor.position(at: now) : 0), at: now)
            end = max(end, motor.end)
            motors[letter] = motor
        }
        return end
    }

    private mutating func turn(_ arguments: [String], _ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        guard let number = arguments[0].code(), let from = wheels[number] else { return nil }
        let target =
            switch arguments[1] {
            case "H": 1
            case "N": from % positionsPerWheel + 1
            case "P": (from + positionsPerWheel - 2) % positionsPerWheel + 1
            default: arguments[1].code() ?? 0
            }
        guard 1...positionsPerWheel ~= target else { return nil }
        let distance = abs(target - from)
        wheels[number] = isWheelStuck ? (from + target) / 2 : target
        let end = now + stepTime * min(distance, positionsPerWheel - distance)
        wheelsBusyUntil[number] = end
        return end
    }
}
