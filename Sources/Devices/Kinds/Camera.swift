internal import Pickle

/// A camera.
///
/// Times are in seconds; shape, ROI and binning are those of the sensor, before any transform.
///
/// Clients see everything through the transforms: with a quarter turn, the axes of shape, ROI and binning are swapped,
/// and `get_roi` returns the ROI that was set.
public protocol Camera: DataDevice, TriggerTarget {
    /// The transforms that are applied to each frame before clients get it.
    var transforms: Transforms { get }

    /// Seconds of light. The setter uses the nearest value that the camera supports.
    var exposureTime: Double { get throws }
    func setExposureTime(_ seconds: Double) throws
    /// The shortest time between two triggers, in seconds: the exposure and the part of the read-out that does not
    /// overlap with it.
    var cycleTime: Double { get throws }

    /// The exposures that software triggers have started or queued, and whose images have not been read; 0 if the camera
    /// does not know.
    var pendingExposures: Int { get throws }

    var sensorShape: SensorShape { get throws }

    var sensorBinning: Binning { get throws }
    /// Called with a binning that leaves at least a pixel of the ROI, which does not change.
    ///
    /// Throws a `DeviceError` of kind `unsupported` for a binning that the camera does not have.
    func setSensorBinning(_ binning: Binning) throws

    /// The part of the sensor that is read, in pixels before binning. An image has its ``ROI/imageSize(_:)``.
    var sensorROI: ROI { get throws }
    /// Called with a rectangle that lies on the sensor; returns false if the camera used a different one.
    func setSensorROI(_ roi: ROI) throws -> Bool

    var shutteringMode: ElectronicShutteringMode { get throws }
    func setShutteringMode(_ mode: ElectronicShutteringMode) throws
    /// Whether clients see `shuttering_mode`; their `microscope` must then be newer than 0.7.
    var showsShutteringMode: Bool { get }
}

extension Camera {
    public var needsEnablingForTriggers: Bool { true }
    public var pendingExposures: Int { 0 }
    /// A camera may finish an exposure before it stops or takes a new setting.
    public var callLimits: CallLimits { CallLimits(busyFor: (try? exposureTime) ?? 0) }
    public var showsShutteringMode: Bool { false }
    public var shutteringMode: ElectronicShutteringMode { .global }
    public func setShutteringMode(_ mode: ElectronicShutteringMode) throws {
        throw RemoteError.notImplemented("the shuttering mode of this camera cannot be set")
    }

    private var turns: Bool { transforms.total.rotates }

    public var shape: SensorShape { get throws { turns ? try sensorShape.transposed : try sensorShape } }

    public var binning: Binning { get throws { turns ? try sensorBinning.transposed : try sensorBinning } }

    public func setBinning(_ binning: Binning) throws -> Bool {
        guard binning.h > 0, binning.v > 0 else {
            throw RemoteError.value("binning must be positive, not \(binning.h)x\(binning.v)")
        }
        let (roi, image) = (try roi, try roi.imageSize(binning))
        guard image.width > 0, image.height > 0 else {
            throw RemoteError.value(
                "binning \(binning.h)x\(binning.v) leaves nothing of the ROI of \(roi.width)x\(roi.height)"
            )
        }
        try setSensorBinning(turns ? binning.transposed : binning)
        return true
    }

    public var roi: ROI { get throws { turns ? try sensorROI.transposed : try sensorROI } }

    /// Sets a rectangle; a side of zero means all pixels right of the left edge, or below the top.
    public func setROI(_ roi: ROI) throws -> Bool {
        let (shape, binning) = (try shape, try binning)
        guard
            let width = Self.length(roi.width, from: roi.left, atLeast: binning.h, in: shape.width),
            let height = Self.length(roi.height, from: roi.top, atLeast: binning.v, in: shape.height)
        else {
            throw RemoteError.value(
                "ROI(left=\(roi.left), top=\(roi.top), width=\(roi.width), height=\(roi.height)) with binning "
                    + "\(binning.h)x\(binning.v) does not fit the sensor of \(shape.width)x\(shape.height)"
            )
        }
        let whole = ROI(left: roi.left, top: roi.top, width: width, height: height)
        return try setSensorROI(turns ? whole.transposed : whole)
    }

    /// The length of a range of the sensor, where zero means up to its end; nil if it does not lie on the sensor.
    private static func length(_ length: Int, from start: Int, atLeast least: Int, in side: Int) -> Int? {
        // In this order, so that numbers of any size cannot overflow.
        guard start >= 0, start < side else { return nil }
        let length = length == 0 ? side - start : length
        return length >= least && length <= side - start ? length : nil
    }

    /// Sets an exposure time; the limits of the camera are checked by the driver.
    public func expose(for seconds: Double) throws {
        guard seconds.isFinite, seconds >= 0 else {
            throw RemoteError.value("exposure time must be a positive number of seconds, not \(seconds)")
        }
        try setExposureTime(seconds)
    }

    @RemoteInterfaceBuilder
    public var cameraMembers: [any RemoteMember] {
        deviceMembers
        triggerMembers
        dataMembers
        RemoteMethod("get_exposure_time") { try self.exposureTime }
        RemoteMethod("set_exposure_time", "value", restored: .last, call: expose)
        RemoteMethod("get_cycle_time") { try self.cycleTime }
        // Not in python-microscope: clients that come later must not take the image of somebody else's trigger.
        RemoteMethod("get_pending_exposures") { try self.pendingExposures }
        RemoteMethod("get_sensor_shape") { try self.shape }
        RemoteMethod("get_binning") { try self.binning }
        RemoteMethod("set_binning", "binning", restored: .last, call: setBinning)
        RemoteMethod("get_roi") { try self.roi }
        RemoteMethod("set_roi", "roi", restored: .last, call: setROI)
        RemoteMethod("get_transform") { self.transforms.client }
        RemoteMethod("set_transform", "transform", restored: .last) { self.transforms.client = $0 as Transform }
        // Cockpit and many scripts use this name for triggers.
        RemoteMethod("soft_trigger", call: trigger)
        if showsShutteringMode {
            RemoteProperty(
                "shuttering_mode",
                restored: .last,
                unknown: .global,
                get: { try self.shutteringMode },
                set: setShutteringMode
            )
        }
    }

    public var remoteMembers: [any RemoteMember] { cameraMembers }

    /// The setting that every camera of python-microscope has.
    public var roiSetting: Setting {
        Setting("roi", in: Anything<ROI>(), get: { try self.roi }, set: { _ = try self.setROI($0) })
    }
}

extension ROI: SettingValue {
    public typealias Domain = Anything<ROI>
    public static var settingType: SettingType { .tuple }
}
