public import Devices
internal import Pickle
public import SDKCameras

/// A Hamamatsu camera of DCAM-API 4: ORCA-Flash4.0, ORCA-Fusion, ORCA-Spark, ImagEM X2 and others.
public final class HamamatsuCamera: AcquiringCamera {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    let camera: DCAMCamera
    let acquisition: Acquisition<DCAMCamera>
    private let table: PropertyTable

    init(
        _ camera: DCAMCamera,
        _ configuration: Configuration,
        options: AcquisitionOptions = AcquisitionOptions(),
        log: DeviceLog
    ) throws {
        self.camera = camera
        bufferLength = configuration.bufferLength?.value
        var options = options
        if let count = configuration.bufferCount?.value { options.bufferCount = count }
        acquisition = Acquisition(camera, options, log: log)
        transforms.readout = configuration.readoutTransform ?? .identity
        table = try PropertyTable(camera)
        try prepare(configuration)
        try acquisition.beginWatch()
    }

    /// Brings the camera into a known state; the SDK has reset most properties when it opened the camera.
    private func prepare(_ configuration: Configuration) throws {
        try camera.set(ifThere: .frameBundle, to: Switch.off)
        try camera.set(ifThere: .areaMode, to: Switch.off)
        // The cooler keeps its state while the camera is closed.
        if let cooler = try camera.attributes(ifThere: .cooler), cooler.isWritable {
            try camera.set(.cooler, to: configuration.cooling ?? true ? Switch.on : Switch.off)
        }
        try writeTrigger(.software)
    }

    /// The values of a property that is off or on.
    enum Switch { static let off = 1.0, on = 2.0 }

    /// The name of the class in python-microscope.
    public var typeName: String { "HamamatsuCamera" }

    public var control: any AcquisitionControl { acquisition }

    func call<Result>(_ body: (DCAMCamera) throws -> Result) throws -> Result {
        try acquisition.call { try body(camera) }
    }

    public var sensorShape: SensorShape { get throws { try call { try Area.sensor(of: $0) } } }

    public var exposureTime: Double { get throws { try call { try $0.value(.exposure) } } }

    public func setExposureTime(_ seconds: Double) throws {
        try acquisition.change(pausing: false) { camera in
            let limits = try camera.floatLimits(.exposure)
            try camera.set(.exposure, to: min(max(seconds, limits.lowerBound), limits.upperBound))
        }
    }

    public var cycleTime: Double {
        get throws {
            try call { camera in
                let exposure = try camera.value(.exposure)
                if try camera.triggering == .freeRunning {
                    return max(exposure, try camera.value(ifThere: .frameInterval) ?? 0)
                }
                return try camera.value(ifThere: .triggerInterval)
                    ?? exposure + (camera.value(ifThere: .readoutTime) ?? 0)
            }
        }
    }

    public var settings: [Setting] {
        [bufferSetting]
            + counters([
                "missed_frames": \.missed,
                "frame_timeouts": \.timeouts,
                "acquisition_restarts": \.restarts,
                "camera_losses": \.losses,
            ]) + table.rows.map { $0.row.setting(acquisition, isReadOnly: $0.isReadOnly) }
    }

    public static var bufferCounts: ClosedRange<Int> { 3...1000 }
}

extension HamamatsuCamera {
    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] { cameraMembers }

    public var sensorBinning: Binning { get throws { try call { try Area($0).binning } } }

    public func setSensorBinning(_ binning: Binning) throws {
        try acquisition.whilePaused {
            var area = try Area(camera)
            area.binning = binning
            try place(area)
        }
    }

    public var sensorROI: ROI { get throws { try call { try Area($0).roi } } }

    public func setSensorROI(_ roi: ROI) throws -> Bool {
        try acquisition.whilePaused {
            var area = try Area(camera)
            area.roi = try Area.possible(roi, camera)
            try place(area)
            return area.roi == roi
        }
    }

    /// Sets the area, or leaves it as it was.
    private func place(_ area: Area) throws {
        let old = try Area(camera)
        do { try area.write(to: camera) } catch {
            try? old.write(to: camera)
            throw error
        }
    }
}
