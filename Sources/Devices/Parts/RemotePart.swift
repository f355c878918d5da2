/// A device that another one works with, as if it were the driver's own.
///
/// It is the same whether the device is served by this process, by another one, or on another machine: what it does
/// goes through its ``DeviceLink``. Shutting it down does nothing, since it belongs to others as well.
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

/// An option of a driver that names another device: `stage: Stage`, `stage: PYRO:Stage@host:8003`, or
/// `stage: MDNS:Stage`.
public struct PartOption<Part: RemotePart>: Sendable {
    public let reference: DeviceReference

    public init(_ reference: DeviceReference) { self.reference = reference }

    /// The device, as the driver uses it.
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
