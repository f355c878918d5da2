public import Devices

/// A device that waits for triggers.
public protocol RemoteTriggerTarget: RemoteDevice {}

extension RemoteTriggerTarget {
    public var triggerType: TriggerType {
        get async throws { try await connection.get("trigger_type", as: TriggerType.self) }
    }

    public var triggerMode: TriggerMode {
        get async throws { try await connection.get("trigger_mode", as: TriggerMode.self) }
    }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) async throws {
        try await connection.call("set_trigger", type.python, mode.python)
    }

    /// Triggers once, by software.
    public func trigger() async throws { try await connection.call("trigger") }
}
