public import Transports

/// A simulated Lumencor engine: a Spectra III.
public struct SimulatedLumencor: SimulatedInstrument, SimulatedLaser {
    private var input: [UInt8] = []
    public var names = ["VIOLET", "BLUE", "CYAN", "TEAL", "GREEN", "YELLOW", "RED", "NIR"]
    public private(set) var isOn = [Bool](repeating: false, count: 8)
    public private(set) var levels = [Int](repeating: 100, count: 8)
    /// The limit for the sum of the levels of all lights that are on.
    public var budget = 8000
    /// Whether it has not received a command since power-up.
    public var isFresh = true
    public var hasPowerMeter = false
    /// The lights whose inputs are high, which switches them on regardless of commands.
    public var highInputs: Set<Int> = []
    /// Whether answers repeat the number of the light.
    public var repeatsIndex = false
    public var isInterlockOpen = false { didSet { if isInterlockOpen { isOn = isOn.map { _ in false } } } }
    public var isKeyOn = true { didSet { if !isKeyOn { isOn = isOn.map { _ in false } } } }

    public init() {}

    public init(names: [String]) { self.names = Array(names.prefix(8)) }

    public var isSwitchedOn: Bool { isOn.contains(true) }
    public func isEmitting(at _: ContinuousClock.Instant) -> Bool { isSwitchedOn }
    public mutating func startByItself() { for index in names.indices { isOn[index] = true } }
    public mutating func forgetPower() { levels = levels.map { _ in 1000 } }

    public mutating func receive(_ bytes: [UInt8], at _: ContinuousClock.Instant) -> [SimulatedOutput] {
        var outputs: [SimulatedOutput] = []
        for byte in bytes {
            guard byte == 0x0A else {
                input.append(byte)
                continue
            }
            let command = String(decoding: input, as: UTF8.self)
            input = []
            outputs.append(SimulatedOutput(answer(command) + "\r\n"))
        }
        return outputs
    }

    private mutating func answer(_ command: String) -> String {
        defer { isFresh = false }
        let words = command.split(whereSeparator: \.isWhitespace).map(String.init)
        guard !isFresh, words.count >= 2 else { return "E UNKNOWNCMD" }
        let (word, arguments) = (words[1], words.dropFirst(2).map { $0.code() })
        if words[0] == "GET" {
            guard let value = value(word, arguments.first ?? nil) else { return "E \(word) 1" }
            let index = repeatsIndex ? arguments.first.flatMap { $0 }.map { "\($0) " } ?? "" : ""
            return "A \(word) \(index)\(value)"
        }
        guard words[0] == "SET", arguments.count == 2, let index = arguments[0], let value = arguments[1],
            names.indices.contains(index)
        else { return "E \(word) 1" }
        return set(word, index, value)
    }

    private func value(_ word: String, _ index: Int?) -> String? {
        switch word {
        case "MODEL": return "Spectra III \(names.count)"
        case "SN": return "19301"
        case "VER": return "1.2.3"
        case "CHMAP": return names.joined(separator: " ")
        case "NUMCH": return "\(names.count)"
        case "TEMP": return "31.5"
        default: break
        }
        guard let index, names.indices.contains(index) else { return nil }
        switch word {
        case "CH": return isOn[index] ? "1" : "0"
        case "CHACT": return isOn[index] || highInputs.contains(index) ? "1" : "0"
        case "CHINT": return "\(levels[index])"
        case "MAXINT": return "1000"
        case "CHPWR": return hasPowerMeter ? "\(isOn[index] ? levels[index] / 10 : 0)" : nil
        default: return nil
        }
    }

    private mutating func set(_ word: String, _ index: Int, _ value: Int) -> String {
        var (isOn, levels) = (isOn, levels)
        switch word {
        case "CH" where value <= 1:
            guard value == 0 || !isInterlockOpen && isKeyOn else { return "E CH locked" }
            isOn[index] = value == 1
        case "CHINT" where value <= 1000: levels[index] = value
        default: return "E \(word) 2"
        }
        guard zip(isOn, levels).reduce(0, { $0 + ($1.0 ? $1.1 : 0) }) <= budget else { return "E \(word) power limit" }
        (self.isOn, self.levels) = (isOn, levels)
        return "A \(word) \(index) \(value)"
    }
}
