/// A device that waits for a trigger, whatever a trigger does to it.
public protocol TriggerTarget: Device {
    var triggerType: TriggerType { get throws }
    var triggerMode: TriggerMode { get throws }
    /// Throws a ``DeviceError`` of kind `unsupported` for a combination that the device does not have.
    func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws
    /// Acts as one software trigger. Clients reach it through ``trigger()``.
    func performTrigger() throws
}

extension TriggerTarget {
    public func trigger() throws {
        guard try triggerType == .software else {
            throw DeviceError(.incompatibleState, "trigger type is not software")
        }
        try performTrigger()
    }

    @RemoteInterfaceBuilder
    public var triggerMembers: [any RemoteMember] {
        RemoteProperty("trigger_type", get: { try self.triggerType })
        RemoteProperty("trigger_mode", get: { try self.triggerMode })
        RemoteMethod("set_trigger", "ttype", "tmode", call: setTrigger)
        RemoteMethod("trigger", call: trigger)
    }
}
