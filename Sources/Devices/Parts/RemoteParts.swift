internal import Pickle

/// A camera that another device uses.
///
/// Its images are those that the camera's own clients get.
public final class PartCamera: Camera, RemotePart {
    public static let kind = DeviceKind.camera

    public var isEnabled = false
    public let transforms = Transforms()
    public let link: any DeviceLink
    private let images = Mailbox()

    public init(_ link: any DeviceLink) throws {
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

    public var exposureTime: Double { get throws { try link.call("get_exposure_time") } }

    public func setExposureTime(_ seconds: Double) throws {
        _ = try link.call("set_exposure_time", [.float(seconds)])
    }

    // Cameras of python-microscope do not know.
    public var pendingExposures: Int { (try? link.call("get_pending_exposures")) ?? 0 }
    public var cycleTime: Double { get throws { try link.call("get_cycle_time") } }
    public var sensorShape: SensorShape { get throws { try link.call("get_sensor_shape") } }
    public var sensorBinning: Binning { get throws { try link.call("get_binning") } }
    public func setSensorBinning(_ binning: Binning) throws { _ = try link.call("set_binning", [binning.python]) }
    public var sensorROI: ROI { get throws { try link.call("get_roi") } }
    public func setSensorROI(_ roi: ROI) throws -> Bool { try link.call("set_roi", roi.python) }
}

/// A stage that another device uses.
public final class PartStage: Stage, RemotePart {
    public static let kind = DeviceKind.stage

    public var isEnabled = false
    public let axes: [(name: String, axis: any StageAxis)]
    public let link: any DeviceLink

    public init(_ link: any DeviceLink) throws {
        self.link = link
        let limits: NamedValues<AxisLimits> = try link.get("limits")
        axes = limits.pairs.map { name, _ in (name, PartStageAxis(name, link)) }
    }

    public var typeName: String { "Stage" }
    public var mayMoveOnEnable: Bool { get throws { try link.call("may_move_on_enable") } }
}

/// An axis of a stage that another device uses.
private final class PartStageAxis: StageAxis {
    private let name: String
    private let link: any DeviceLink

    init(_ name: String, _ link: any DeviceLink) {
        self.name = name
        self.link = link
    }

    var typeName: String { "StageAxis" }
    var position: Double { get throws { try own("position") } }
    var limits: AxisLimits { get throws { try own("limits") } }
    /// A move has ended when its call returns.
    var isMoving: Bool { false }

    func startMove(to position: Double) throws {
        _ = try link.call("move_to", [.dict(PythonDictionary([(.str(name), .float(position))]))])
    }

    /// The value of this axis in an attribute of the stage; another axis may be unknown.
    private func own<Value: PythonConvertible>(_ attribute: String) throws -> Value {
        let values = NamedValues<Value>(python: try link.get(attribute))?.pairs
        guard let value = values?.first(where: { $0.name == name })?.value else {
            throw DeviceError(.failed, "\(link.name) no longer has an axis \(name)")
        }
        guard value.isFinite else {
            throw DeviceError(.failed, "\(attribute) of axis \(name) of \(link.name) is unknown")
        }
        return value
    }
}

/// A filter wheel that another device uses.
public final class PartFilterWheel: FilterWheel, RemotePart {
    public static let kind = DeviceKind.filterWheel

    public var isEnabled = false
    public let positionCount: Int
    public let link: any DeviceLink

    public init(_ link: any DeviceLink) throws {
        self.link = link
        positionCount = try link.call("get_num_positions")
    }

    public var typeName: String { "FilterWheel" }
    public var position: Int {
        get throws {
            let position: Int = try link.call("get_position")
            guard position >= 0 else { throw DeviceError(.failed, "the position of \(link.name) is unknown") }
            return position
        }
    }
    /// A move has ended when its call returns.
    public var isMoving: Bool { false }
    public func startMove(to position: Int) throws { _ = try link.call("set_position", [.int(position)]) }
}

/// A light source that another device uses.
public final class PartLightSource: LightSource, RemotePart {
    public static let kind = DeviceKind.lightSource

    public var isEnabled = false
    public var setPoint: Double
    public let link: any DeviceLink

    public init(_ link: any DeviceLink) throws {
        self.link = link
        setPoint = try link.call("get_set_power")
    }

    public var typeName: String { "LightSource" }
    public var measuredPower: Double { get throws { try link.get("power") } }
    public func performSetPower(_ power: Double) throws { try link.set("power", to: .float(power)) }
    public var isOn: Bool { get throws { try link.call("get_is_on") } }
    public var status: [String] { get throws { try link.call("get_status") } }
}
