public import Transports

/// A simulated Lumencor engine of the third generation: a Spectra III, or by its names another one.
///
/// The words and codes are those of Lumencor's command reference (57-10018, revision C), as a driver of an Aura III gives
/// them (QDSpy), and of the maker's older reference on the web (of 2015), which has the forms of answers: `A CH`, `E CHPWR`.
public struct SimulatedLumencor: SimulatedInstrument, SimulatedLaser {
    private var input: [UInt8] = []
    public var names = ["VIOLET", "BLUE", "CYAN", "TEAL", "GREEN", "YELLOW", "RED", "NIR"]
    public var model = "Spectra III 8"
    public private(set) var isOn = [Bool](repeating: false, count: 8)
    public private(set) var levels = [Int](repeating: 100, count: 8)
    private var isRegulated = [Bool](repeating: false, count: 8)
    private var references = [Int](repeating: -1, count: 8)
    /// The limit for the sum of the levels of all lights that are on.
    public var budget = 8000
    /// Whether it has not received a command since power-up.
    public var isFresh = true
    public var hasPowerMeter = false
    /// The lights whose inputs are high, which switches them on regardless of commands.
    public var highInputs: Set<Int> = []
    public var areInputsEnabled = true
    private var polarity = "POS"
    /// Whether answers repeat the number of the light.
    public var repeatsIndex = false
    /// Whether its temperature controls are off, as in stand-by.
    public var isStandby = false { didSet { if isStandby { darken() } } }
    public var isInterlockOpen = false { didSet { if isInterlockOpen { darken() } } }
    public var isKeyOn = true { didSet { if !isKeyOn { darken() } } }
    /// The commands that it does not know, like older engines.
    public var unknownWords: Set<String> = []

    public init() {}

    public init(names: [String], model: String = "Spectra III 8") {
        (self.names, self.model) = (Array(names.prefix(8)), model)
    }

    public var isSwitchedOn: Bool { isOn.contains(true) }
    public func isEmitting(at _: ContinuousClock.Instant) -> Bool { names.indices.contains(where: isActive) }
    public mutating func startByItself() { for index in names.indices { isOn[index] = true } }
    public mutating func forgetPower() { levels = levels.map { _ in 1000 } }
    private mutating func darken() { isOn = isOn.map { _ in false } }

    private func isActive(_ index: Int) -> Bool { isOn[index] || areInputsEnabled && highInputs.contains(index) }
    private var isReady: Bool { !isInterlockOpen && isKeyOn && !isStandby }

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
        guard !isFresh, words.count >= 2, !unknownWords.contains(words[1]) else { return "E UNKNOWNCMD" }
        let word = words[1], arguments = Array(words.dropFirst(2))
        switch words[0] {
        case "GET":
            if arguments.isEmpty, let value = ownValue(word) ?? values(word) { return "A \(word) \(value)" }
            guard let index = arguments.first?.code(), let value = value(word, index) else { return "E \(word) 51" }
            return "A \(word) \(repeatsIndex ? "\(index) " : "")\(value)"
        case "SET": return set(word, arguments).map { "E \(word) \($0)" } ?? "A \(word)"
        default: return "E UNKNOWNCMD"
        }
    }

    // MARK: Questions

    /// The values of the engine itself.
    private func ownValue(_ word: String) -> String? {
        switch word {
        case "MODEL": model
        case "SN": "19301"
        case "VER": "1.2.3"
        case "CHMAP": names.joined(separator: " ")
        case "NUMCH": "\(names.count)"
        case "TEMP": "31.5"
        case "TEMPDATA": "31.5 42.0 17.2"
        case "SUPPLYCURRENT": "\(isSwitchedOn ? 2500 : 300)"
        case "STAT": isStandby ? "6" : isInterlockOpen || !isKeyOn ? "4" : "0"
        case "TTLENABLE": areInputsEnabled ? "1" : "0"
        case "TTLPOL": polarity
        case "MAXINT": "1000"
        default: nil
        }
    }

    /// The values of all lights, in their order.
    private func values(_ word: String) -> String? {
        guard word.hasPrefix("MUL") else { return nil }
        let single = String(word.dropFirst(3))
        let values = names.indices.compactMap { value(single, $0) }
        return values.count == names.count ? values.joined(separator: " ") : nil
    }

    private func value(_ word: String, _ index: Int) -> String? {
        if word == "ERRORTEXT" { return Self.texts[index] }
        guard names.indices.contains(index) else { return nil }
        switch word {
        case "CH": return isOn[index] ? "1" : "0"
        case "CHACT": return isActive(index) ? "1" : "0"
        case "CHTTL": return highInputs.contains(index) ? "1" : "0"
        case "CHINT": return "\(levels[index])"
        case "MAXINT": return "1000"
        case "CHSTAT": return isInterlockOpen ? "573" : isReady ? "0" : "57"
        case "CHPWR": return hasPowerMeter ? "\(isOn[index] ? levels[index] / 10 : 0)" : nil
        case "CHPWRWATTS": return hasPowerMeter ? "\(isOn[index] ? levels[index] / 20 : 0).5" : nil
        case "TTLPIN": return "\(index + 1)"
        case "PWRLOCK": return isRegulated[index] ? "1" : "0"
        case "PWRREF": return "\(references[index])"
        case "OT": return "1890667"
        default: return nil
        }
    }

    private static let texts = [
        51: "Invalid channel index", 57: "Channel locked", 573: "Channel locked (Interlock activated)",
    ]

    // MARK: Commands

    /// Sets something; returns what the engine says against it.
    private mutating func set(_ word: String, _ arguments: [String]) -> String? {
        switch word {
        case "TTLENABLE":
            guard let flag = arguments.first?.flag else { return "2" }
            areInputsEnabled = flag
            return nil
        case "TTLPOL":
            guard let wanted = arguments.first, ["POS", "NEG"].contains(wanted) else { return "2" }
            polarity = wanted
            return nil
        default: break
        }
        let numbers = arguments.compactMap { Int($0) }
        guard numbers.count == arguments.count else { return "2" }
        guard word.hasPrefix("MUL") else {
            guard numbers.count == 2, names.indices.contains(numbers[0]) else { return "51" }
            return set(word, [(numbers[0], numbers[1])])
        }
        guard numbers.count == names.count else { return "2" }
        return set(String(word.dropFirst(3)), Array(numbers.enumerated().map { ($0, $1) }))
    }

    private mutating func set(_ word: String, _ pairs: [(index: Int, value: Int)]) -> String? {
        var (isOn, levels) = (isOn, levels)
        for (index, value) in pairs {
            switch word {
            case "CH" where (0...1).contains(value):
                guard value == 0 || isReady else { return isInterlockOpen ? "573" : "57" }
                isOn[index] = value == 1
            case "CHINT" where (0...1000).contains(value): levels[index] = value
            case "PWRLOCK" where (0...1).contains(value): isRegulated[index] = value == 1
            case "PWRREF" where (-1...1000).contains(value): references[index] = value
            default: return "2"
            }
        }
        guard zip(isOn, levels).reduce(0, { $0 + ($1.0 ? $1.1 : 0) }) <= budget else { return "574 power limit" }
        (self.isOn, self.levels) = (isOn, levels)
        return nil
    }
}
