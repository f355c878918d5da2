internal import Devices

/// How a Cobolt laser's light is governed: the answer to `gam?`.
enum CoboltMode: Int, SettingChoice {
    case constantCurrent = 0
    case constantPower
    /// By the signal at its input.
    case modulation

    var label: String {
        switch self {
        case .constantCurrent: "constant current"
        case .constantPower: "constant power"
        case .modulation: "modulation"
        }
    }

    /// The command that chooses it.
    var command: String {
        switch self {
        case .constantCurrent: "ci"
        case .constantPower: "cp"
        case .modulation: "em"
        }
    }
}
