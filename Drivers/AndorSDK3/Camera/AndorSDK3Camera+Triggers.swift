public import Devices

extension AndorSDK3Camera {
    /// Whether triggers can be sent, and not only be chosen: a SimCam lacks the command.
    var hasSoftwareTrigger: Bool { get throws { try call { try $0.has(.softwareTrigger) } } }

    private var mode: AndorTriggerMode {
        get throws {
            let label = try call { try $0.label("TriggerMode") }
            guard let mode = AndorTriggerMode(rawValue: label) else {
                throw DeviceError(.unsupported, "TriggerMode \(label) on \(serialNumber) has no trigger type and mode")
            }
            return mode
        }
    }

    public var triggerType: TriggerType { get throws { try mode.type } }
    public var triggerMode: TriggerMode { get throws { try mode.mode } }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        let canBeSent = try hasSoftwareTrigger
        guard let wanted = AndorTriggerMode(type, mode), wanted != .software || canBeSent else {
            throw DeviceError(.unsupported, "\(serialNumber) has no trigger of type \(type) and mode \(mode)")
        }
        try acquisition.call {
            guard try camera.label("TriggerMode") != wanted.rawValue else { return }
            try acquisition.whilePaused { try camera.setLabel("TriggerMode", to: wanted.rawValue) }
        }
    }

    public var shutteringMode: ElectronicShutteringMode {
        get throws {
            try call { camera in
                guard try camera.has("ElectronicShutteringMode") else { return .rolling }
                return try camera.label("ElectronicShutteringMode") == "Global" ? .global : .rolling
            }
        }
    }

    public func setShutteringMode(_ mode: ElectronicShutteringMode) throws {
        try acquisition.whilePaused {
            try camera.setLabel("ElectronicShutteringMode", to: mode == .global ? "Global" : "Rolling")
        }
    }
}
