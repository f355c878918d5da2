internal import Devices

/// The SDK's trigger modes, with what clients call them.
enum AndorTriggerMode: String, Sendable, CaseIterable {
    case software = "Software"
    case external = "External"
    case externalExposure = "External Exposure"
    case externalStart = "External Start"
    /// The camera runs by itself for as long as it is enabled.
    case freeRunning = "Internal"

    var type: TriggerType { self == .software || self == .freeRunning ? .software : .risingEdge }

    var mode: TriggerMode {
        switch self {
        case .software, .external: .once
        case .externalExposure: .bulb
        case .externalStart: .start
        case .freeRunning: .strobe
        }
    }

    init?(_ type: TriggerType, _ mode: TriggerMode) {
        guard let found = Self.allCases.first(where: { $0.type == type && $0.mode == mode }) else { return nil }
        self = found
    }
}
