internal import Pickle

/// A camera that another device works with.
///
/// Its images come as the camera's own clients get them.
public final class PartCamera: Camera, DevicePart {
    public static let kind = DeviceKind.camera

    public var isEnabled = false
    public let transforms = Transforms()
    private let link: any PartLink
    private let images = Mailbox()

    public init(_ link: any PartLink) throws {
        self.link = link
        _ = try sensorShape
    }

    public var typeName: String { "Camera" }
    public var dataSource: any DataSource { images }

    public func performEnable() throws {
        images.empty()
        try link.receive { [images] in images.put($0) }
        _ = try link.call("enable", [])
    }

    public func performDisable() throws {
        defer { images.empty() }
        _ = try link.call("disable", [])
        try link.stopReceiving()
    }

    public func abort() throws { _ = try link.call("abort", []) }
    public var triggerType: TriggerType { get throws { try link.get("trigger_type") } }
    public var triggerMode: TriggerMode { get throws { try link.get("trigger_mode") } }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        _ = try link.call("set_trigger", [type.python, mode.python])
    }

    public func performTrigger() throws { _ = try link.call("trigger", []) }

    public var exposureTime: Double { get throws { try link.call("get_exposure_time") } }

    public func setExposureTime(_ seconds: Double) throws {
        _ = try link.call("set_exposure_time", [.float(seconds)])
    }

    public var cycleTime: Double { get throws { try link.call("get_cycle_time") } }
    public var sensorShape: SensorShape { get throws { try link.call("get_sensor_shape") } }
    public var sensorBinning: Binning { get throws { try link.call("get_binning") } }
    public func setSensorBinning(_ binning: Binning) throws { _ = try link.call("set_binning", [binning.python]) }
    public var sensorROI: ROI { get throws { try link.call("get_roi") } }
    public func setSensorROI(_ roi: ROI) throws -> Bool { try link.call("set_roi", roi.python) }
}
