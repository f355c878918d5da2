public import Devices
internal import SDKCameras

/// The SDK's combinations of trigger properties, with the type and mode that clients know.
struct HamamatsuTrigger: Sendable, Equatable {
    let type: TriggerType
    let mode: TriggerMode

    /// One image for each call.
    static let software = HamamatsuTrigger(type: .software, mode: .once)

    private enum Active { static let edge = 1.0, level = 2.0 }
    private enum Mode { static let normal = 1.0, start = 6.0 }
    private enum Polarity { static let negative = 1.0, positive = 2.0 }

    /// The values of the properties for a combination, in the order in which they are written.
    func values() -> [(DCAMID, Double)]? {
        let polarity = type == .fallingEdge ? Polarity.negative : Polarity.positive
        switch (type, mode) {
        case (.software, .once):
            return [
                (.triggerSource, DCAMTriggerSource.software.rawValue), (.triggerActive, Active.edge),
                (.triggerMode, Mode.normal),
            ]
        case (.software, .strobe): return [(.triggerSource, DCAMTriggerSource.internal.rawValue)]
        case (.risingEdge, .once), (.fallingEdge, .once): return external(Active.edge, Mode.normal, polarity)
        case (.risingEdge, .bulb), (.fallingEdge, .bulb): return external(Active.level, Mode.normal, polarity)
        case (.risingEdge, .start), (.fallingEdge, .start): return external(Active.edge, Mode.start, polarity)
        default: return nil
        }
    }

    private func external(_ active: Double, _ mode: Double, _ polarity: Double) -> [(DCAMID, Double)] {
        [
            (.triggerSource, DCAMTriggerSource.external.rawValue), (.triggerActive, active), (.triggerMode, mode),
            (.triggerPolarity, polarity),
        ]
    }

    /// The combination that the camera is set to; throws if clients have no words for it.
    init(_ camera: DCAMCamera) throws(DeviceError) {
        let source = DCAMTriggerSource(rawValue: try camera.value(.triggerSource))
        let active = try camera.value(ifThere: .triggerActive) ?? Active.edge
        let mode = try camera.value(ifThere: .triggerMode) ?? Mode.normal
        let isFalling = try camera.value(ifThere: .triggerPolarity) == Polarity.negative
        switch (source, active, mode) {
        case (.software?, Active.edge, Mode.normal): self = .software
        case (.internal?, _, _): self.init(type: .software, mode: .strobe)
        case (.external?, Active.edge, Mode.normal):
            self.init(type: isFalling ? .fallingEdge : .risingEdge, mode: .once)
        case (.external?, Active.level, Mode.normal):
            self.init(type: isFalling ? .fallingEdge : .risingEdge, mode: .bulb)
        case (.external?, Active.edge, Mode.start):
            self.init(type: isFalling ? .fallingEdge : .risingEdge, mode: .start)
        default:
            throw DeviceError(.unsupported, "the trigger of \(camera.serialNumber) has no trigger type and mode")
        }
    }

    init(type: TriggerType, mode: TriggerMode) { (self.type, self.mode) = (type, mode) }
}

extension HamamatsuCamera {
    public var triggerType: TriggerType { get throws { try call { try HamamatsuTrigger($0).type } } }
    public var triggerMode: TriggerMode { get throws { try call { try HamamatsuTrigger($0).mode } } }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        let wanted = HamamatsuTrigger(type: type, mode: mode)
        guard wanted.values() != nil else {
            throw DeviceError(.unsupported, "\(camera.serialNumber) has no trigger of type \(type) and mode \(mode)")
        }
        try acquisition.call {
            // A combination that clients have no words for is replaced as well.
            guard (try? HamamatsuTrigger(camera)) != wanted else { return }
            try acquisition.whilePaused { try writeTrigger(wanted) }
        }
    }

    func writeTrigger(_ trigger: HamamatsuTrigger) throws {
        for (id, value) in trigger.values() ?? [] {
            guard id != .triggerSource else {
                try camera.set(id, to: value)
                continue
            }
            try camera.set(ifThere: id, to: value)
        }
    }
}
