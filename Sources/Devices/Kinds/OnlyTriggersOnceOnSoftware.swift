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
