internal import Devices

/// When the board's input lets its outputs be high.
enum ArduinoGate: Int, SettingChoice {
    case none, high, low

    var label: String {
        switch self {
        case .none: "always"
        case .high: "while the input is high"
        case .low: "while the input is low"
        }
    }
}
