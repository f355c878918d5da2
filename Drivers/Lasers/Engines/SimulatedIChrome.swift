public import Transports

/// A simulated iChrome MLE with three lasers.
public struct SimulatedIChrome: SimulatedLineInstrument, SimulatedLaser {
    struct Laser {
        var label: String
        var level = 10.0
        var isEnabled = false
        var isContinuous = true
        var usesTTL = false
    }

    public var pendingInput: [UInt8] = []
    /// The lasers by the numbers of their places.
    private var lasers = [1: Laser(label: "405 nm"), 2: Laser(label: "488 nm"), 4: Laser(label: "640 nm")]
    public var isInterlockOpen = false { didSet { if isInterlockOpen { switchAllOff() } } }
    public var isKeyOn = true { didSet { if !isKeyOn { switchAllOff() } } }

    public init() {}

    /// Makes a box with only some of the lasers.
    public init(lasers numbers: Set<Int>) { lasers = lasers.filter { numbers.contains($0.key) } }

    public static var commandEnds: [UInt8] { [0x0A] }

    public var isSwitchedOn: Bool { lasers.values.contains { $0.isEnabled && ($0.isContinuous || $0.usesTTL) } }
    public func isEmitting(at _: ContinuousClock.Instant) -> Bool { isSwitchedOn }
    /// Whether a laser is enabled.
    public func isEnabled(_ number: Int) -> Bool { lasers[number]?.isEnabled ?? false }

    public mutating func startByItself() { for number in lasers.keys { lasers[number]?.isEnabled = true } }
    public mutating func forgetPower() { for number in lasers.keys { lasers[number]?.level = 100 } }
    private mutating func switchAllOff() { for number in lasers.keys { lasers[number]?.isEnabled = false } }

    /// Switches off both modes of emission of all lasers.
    public mutating func forgetGates() {
        for number in lasers.keys {
            lasers[number]?.isContinuous = false
            lasers[number]?.usesTTL = false
        }
    }

    public mutating func answer(_ command: String, at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        [SimulatedOutput("\(command)\r\n\(result(command) ?? "Error: \(command) cannot be evaluated")\r\n> ")]
    }

    private mutating func result(_ command: String) -> String? {
        guard command.hasPrefix("(param-"), command.hasSuffix(")") else { return nil }
        let words = command.dropFirst().dropLast().split(separator: " ").map(String.init)
        guard words.count >= 2, words[1].hasPrefix("'") else { return nil }
        let name = String(words[1].dropFirst())
        switch (words[0], words.count) {
        case ("param-ref", 2): return value(name)
        case ("param-set!", 3): return set(name, words[2])
        default: return nil
        }
    }

    /// The number and the parameter in `laser1:enable`.
    private func parts(_ name: String) -> (Int, String)? {
        let parts = name.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2, parts[0].hasPrefix("laser"), let number = String(parts[0].dropFirst(5)).code() else {
            return nil
        }
        return (number, parts[1])
    }

    private func value(_ name: String) -> String? {
        if name == "system-type" { return "\"iChrome-MLE\"" }
        if name == "serial-number" { return "\"MLE-04711\"" }
        guard let (number, parameter) = parts(name), let laser = lasers[number] else { return nil }
        switch parameter {
        case "label": return "\"\(laser.label)\""
        case "type": return "\"iBeam\""
        case "status-txt": return isInterlockOpen ? "\"interlock open\"" : "\"OK\""
        case "delay": return "5"
        case "level": return laser.level.text(places: 1)
        case "enable": return laser.isEnabled ? "#t" : "#f"
        case "cw": return laser.isContinuous ? "#t" : "#f"
        case "use-ttl": return laser.usesTTL ? "#t" : "#f"
        default: return nil
        }
    }

    private mutating func set(_ name: String, _ value: String) -> String? {
        guard let (number, parameter) = parts(name), var laser = lasers[number] else { return nil }
        let flag = value == "#t"
        switch parameter {
        case "enable":
            guard !flag || !isInterlockOpen && isKeyOn else { return "-3" }
            laser.isEnabled = flag
        case "cw":
            guard !flag || !laser.usesTTL else { return "-2" }
            laser.isContinuous = flag
        case "use-ttl":
            guard !flag || !laser.isContinuous else { return "-2" }
            laser.usesTTL = flag
        case "level":
            guard let level = value.number, (0...100).contains(level) else { return "-1" }
            laser.level = level
        default: return nil
        }
        lasers[number] = laser
        return "0"
    }
}
