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
