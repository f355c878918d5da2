/// A device whose one trigger is the software's, and whose one mode is `once`.
public protocol OnlyTriggersOnceOnSoftware: TriggerTarget {}

extension OnlyTriggersOnceOnSoftware {
    public var triggerType: TriggerType { .software }
    public var triggerMode: TriggerMode { .once }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        guard type == .software else {
            throw DeviceError(.unsupported, "the only trigger type supported is software")
        }
        guard mode == .once else {
            throw DeviceError(.unsupported, "the only trigger mode supported is 'once'")
        }
    }
}

/// A device that acts for as long as it is enabled, so that there is nothing to trigger.
public protocol OnlyTriggersBulbOnSoftware: TriggerTarget {}

extension OnlyTriggersBulbOnSoftware {
    public var triggerType: TriggerType { .software }
    public var triggerMode: TriggerMode { .bulb }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        guard type == .software else {
            throw DeviceError(.unsupported, "the only trigger type supported is software")
        }
        guard mode == .bulb else {
            throw DeviceError(.unsupported, "the only trigger mode supported is 'bulb'")
        }
    }

    public func performTrigger() throws {
        throw DeviceError(.incompatibleState, "trigger does not make sense in trigger mode bulb, only enable")
    }
}
