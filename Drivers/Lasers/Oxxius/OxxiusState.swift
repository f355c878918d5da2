/// What an Oxxius laser is doing: the answer to `?sta`.
enum OxxiusState: Int {
    case warmUp = 1, standby, emission, alarm, internalError, sleep
    /// For the single mode, with its light on.
    case searching

    var label: String {
        switch self {
        case .warmUp: "warm-up"
        case .standby: "standby"
        case .emission: "emission"
        case .alarm: "alarm"
        case .internalError: "internal error"
        case .sleep: "sleep"
        case .searching: "SLM search"
        }
    }
}

/// What is wrong with an Oxxius laser: the answer to `?f`.
enum OxxiusAlarm {
    static func name(of code: Int) -> String {
        switch code {
        case 0: "none"
        case 1: "current"
        case 2: "power"
        case 3: "voltage"
        case 4: "inner temperature"
        case 5: "head temperature"
        case 7: "interlock"
        case 8: "manual reset needed"
        default: "number \(code)"
        }
    }
}
