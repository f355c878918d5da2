/// A device that another device uses, as if it were part of the driver.
///
/// It makes no difference whether the device is served by this process, by another process, or on another machine: all
/// calls go through its ``DeviceLink``. Shutting it down does nothing, since others use it as well.
public protocol RemotePart: Device {
    static var kind: DeviceKind { get }
    var link: any DeviceLink { get }
    init(_ link: any DeviceLink) throws
}

extension RemotePart {
    public func performEnable() throws { _ = try link.call("enable", []) }
    public func performDisable() throws { _ = try link.call("disable", []) }
}

extension RemotePart where Self: TriggerTarget {
    public var triggerType: TriggerType { get throws { try link.get("trigger_type") } }
    public var triggerMode: TriggerMode { get throws { try link.get("trigger_mode") } }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        _ = try link.call("set_trigger", [type.python, mode.python])
    }

    public func performTrigger() throws { _ = try link.call("trigger", []) }
}

/// An option of a driver that refers to another device: `stage: Stage`, `stage: PYRO:Stage@host:8003`, or
/// `stage: MDNS:Stage`.
public struct PartOption<Part: RemotePart>: Sendable {
    public let reference: DeviceReference

    public init(_ reference: DeviceReference) { self.reference = reference }

    /// The device.
    public func open(_ context: DriverContext) throws -> Part { try Part(try context.part(reference)) }
}

extension PartOption: ExpressibleByStringInterpolation {
    public init(stringLiteral text: String) { self.init(DeviceReference(text)) }
}

extension PartOption: Decodable {
    public init(from decoder: any Decoder) throws {
        let reference = DeviceReference(try String(from: decoder))
        let references = decoder.userInfo[.deviceReferences] as? DeviceReferences
        references?.append(reference, Part.kind, decoder.codingPath)
        self.init(reference)
    }
}
