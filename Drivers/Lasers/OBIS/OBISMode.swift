internal import Devices

/// What governs an OBIS laser's light: the answer to `SOUR:AM:SOUR?`.
enum OBISMode: Int, SettingChoice {
    case constantPower, constantCurrent, digital, analog, mixed

    /// From the word that the laser uses, long or short.
    init?(answer: String) {
        let word = answer.uppercased()
        guard let mode = Self.allCases.first(where: { word.hasPrefix($0.word) }) else { return nil }
        self = mode
    }

    private var word: String {
        switch self {
        case .constantPower: "CWP"
        case .constantCurrent: "CWC"
        case .digital: "DIG"
        case .analog: "ANAL"
        case .mixed: "MIX"
        }
    }

    /// Whether the light waits for a signal at the laser's input.
    var isExternal: Bool { self != .constantPower && self != .constantCurrent }

    var command: String { "\(isExternal ? "EXT" : "INT") \(word)" }

    var label: String {
        switch self {
        case .constantPower: "constant power"
        case .constantCurrent: "constant current"
        case .digital: "digital modulation"
        case .analog: "analog modulation"
        case .mixed: "mixed modulation"
        }
    }
}
