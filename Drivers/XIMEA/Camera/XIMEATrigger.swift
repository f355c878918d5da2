public import Devices
internal import SDKCameras

/// The SDK's combinations of trigger source and selector, with the type and mode that clients know.
struct XIMEATrigger: Sendable, Equatable {
    let type: TriggerType
    let mode: TriggerMode

    /// One image for each call.
    static let software = XIMEATrigger(type: .software, mode: .once)

    /// The values of `trigger_source`.
    enum Source { static let off = 0, rising = 1, falling = 2, software = 3, levelHigh = 4, levelLow = 5 }
    /// The values of `trigger_selector`.
    enum Selector { static let frameStart = 0, exposureActive = 1, burstStart = 2 }

    /// The source and the selector for a combination; nil if clients have no use for it.
    var values: (source: Int, selector: Int)? {
        switch (type, mode) {
        case (.software, .once): (Source.software, Selector.frameStart)
        case (.software, .strobe): (Source.off, Selector.frameStart)
        case (.risingEdge, .once): (Source.rising, Selector.frameStart)
        case (.fallingEdge, .once): (Source.falling, Selector.frameStart)
        case (.risingEdge, .bulb): (Source.rising, Selector.exposureActive)
        case (.fallingEdge, .bulb): (Source.falling, Selector.exposureActive)
        case (.risingEdge, .start): (Source.rising, Selector.burstStart)
        case (.fallingEdge, .start): (Source.falling, Selector.burstStart)
        default: nil
        }
    }

    /// The combination that the camera is set to; throws if clients have no words for it.
    init(_ camera: XiCamera) throws(DeviceError) {
        let source = try camera.int("trigger_source")
        let selector = try camera.int(ifThere: "trigger_selector") ?? Selector.frameStart
        switch (source, selector) {
        case (Source.off, _): self.init(type: .software, mode: .strobe)
        case (Source.software, Selector.frameStart): self = .software
        case (Source.rising, Selector.frameStart): self.init(type: .risingEdge, mode: .once)
        case (Source.falling, Selector.frameStart): self.init(type: .fallingEdge, mode: .once)
        case (Source.rising, Selector.exposureActive), (Source.levelHigh, Selector.exposureActive):
            self.init(type: .risingEdge, mode: .bulb)
        case (Source.falling, Selector.exposureActive), (Source.levelLow, Selector.exposureActive):
            self.init(type: .fallingEdge, mode: .bulb)
        case (Source.rising, Selector.burstStart): self.init(type: .risingEdge, mode: .start)
        case (Source.falling, Selector.burstStart): self.init(type: .fallingEdge, mode: .start)
        default:
            throw DeviceError(
                .unsupported,
                "trigger_source \(source) with trigger_selector \(selector) of \(camera.serialNumber) has no trigger type and mode"
            )
        }
    }

    init(type: TriggerType, mode: TriggerMode) { (self.type, self.mode) = (type, mode) }
}

extension XIMEACamera {
    public var triggerType: TriggerType { get throws { try call { try XIMEATrigger($0).type } } }
    public var triggerMode: TriggerMode { get throws { try call { try XIMEATrigger($0).mode } } }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        let wanted = XIMEATrigger(type: type, mode: mode)
        guard wanted.values != nil else { throw unsupported(wanted) }
        try acquisition.call {
            // A combination that clients have no words for is replaced as well.
            guard (try? XIMEATrigger(camera)) != wanted else { return }
            try acquisition.whilePaused { try writeTrigger(wanted) }
        }
    }

    private func unsupported(_ trigger: XIMEATrigger) -> DeviceError {
        DeviceError(
            .unsupported,
            "\(camera.serialNumber) has no trigger of type \(trigger.type) and mode \(trigger.mode)"
        )
    }

    /// Sets source and selector together, or leaves both as they were.
    func writeTrigger(_ trigger: XIMEATrigger) throws {
        guard let (source, selector) = trigger.values else { throw unsupported(trigger) }
        let old = try (source: camera.int("trigger_source"), selector: camera.int(ifThere: "trigger_selector"))
        do throws(DeviceError) {
            if old.selector != nil { try camera.set("trigger_selector", to: selector) }
            // A signal counts only at an input that is set to trigger.
            if trigger.type != .software { try camera.set(ifThere: "gpi_mode", to: 1) }
            try camera.set("trigger_source", to: source)
        } catch {
            if let selector = old.selector { try? camera.set("trigger_selector", to: selector) }
            try? camera.set("trigger_source", to: old.source)
            throw error.cause as? XiStatus == .wrongValue ? unsupported(trigger) : error
        }
    }
}
