public import Pickle

/// A device that reacts to triggers.
public protocol TriggerTarget: Device {
    var triggerType: TriggerType { get throws }
    var triggerMode: TriggerMode { get throws }
    /// Throws a ``DeviceError`` of kind `unsupported` for a combination that the device does not support.
    func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws
    /// Performs one software trigger. Clients reach it through ``trigger()``.
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
        RemoteMethod("set_trigger", "ttype", "tmode", restored: .last, call: setTrigger)
        RemoteMethod("trigger", call: trigger)
    }
}

/// The kind of signal that triggers a device (`microscope.TriggerType`).
public enum TriggerType: Int, Sendable, CaseIterable {
    case software = 0
    /// `RISING_EDGE`, which Python also calls `HIGH`: the edge starts, or the level gates.
    case risingEdge
    /// `FALLING_EDGE`, which Python also calls `LOW`.
    case fallingEdge
    /// A pulse, whatever its edges.
    case pulse
}

extension TriggerType: PythonEnumeration {
    public static let pythonClass = PythonClass("microscope", "TriggerType")
}

/// The action that a trigger starts (`microscope.TriggerMode`).
public enum TriggerMode: Int, Sendable, CaseIterable {
    /// One exposure, one pattern, one pulse of light.
    case once = 1
    /// Action for as long as the trigger lasts; with a software trigger, while the device is enabled.
    case bulb
    /// Repeated action while the trigger lasts.
    case strobe
    /// A sequence that then runs to its end.
    case start
}

extension TriggerMode: PythonEnumeration {
    public static let pythonClass = PythonClass("microscope", "TriggerMode")
}

/// A device that supports only software triggers in the mode `once`.
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

/// A device that acts while it is enabled, so that there is nothing to trigger.
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
