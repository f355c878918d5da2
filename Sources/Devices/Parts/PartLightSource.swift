internal import Pickle

/// A light source that another device works with.
public final class PartLightSource: LightSource, DevicePart {
    public static let kind = DeviceKind.lightSource

    public var isEnabled = false
    public var setPoint: Double
    private let link: any PartLink

    public init(_ link: any PartLink) throws {
        self.link = link
        setPoint = try link.call("get_set_power")
    }

    public var typeName: String { "LightSource" }
    public var measuredPower: Double { get throws { try link.get("power") } }
    public func performSetPower(_ power: Double) throws { try link.set("power", to: .float(power)) }
    public var isOn: Bool { get throws { try link.call("get_is_on") } }
    public var status: [String] { get throws { try link.call("get_status") } }
    public var triggerType: TriggerType { get throws { try link.get("trigger_type") } }
    public var triggerMode: TriggerMode { get throws { try link.get("trigger_mode") } }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        _ = try link.call("set_trigger", [type.python, mode.python])
    }

    public func performTrigger() throws { _ = try link.call("trigger", []) }
    public func performEnable() throws { _ = try link.call("enable", []) }
    public func performDisable() throws { _ = try link.call("disable", []) }
}
