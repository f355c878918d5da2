public import Devices
internal import Pickle
public import SDKCameras

/// A XIMEA camera: xiQ, xiC, xiX, xiJ, xiMU, xiB and others of xiAPI.
public final class XIMEACamera: AcquiringCamera {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    public let sensorShape: SensorShape
    let camera: XiCamera
    let acquisition: Acquisition<XiCamera>
    public var control: any AcquisitionControl { acquisition }
    private let table: ParameterTable

    init(
        _ camera: XiCamera,
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
        // The library writes a line for each wait that ends without an image.
        try camera.set(ifThere: "debug_level", to: Self.noOutput)
        try camera.set("imgdataformat", to: (configuration.format ?? .mono16).rawFormat.rawValue)
        sensorShape = try Area.sensor(of: camera)
        try camera.readManifest()
        table = try ParameterTable(camera)
        try prepare(configuration)
        try acquisition.beginWatch()
    }

    private static let noOutput = 100

    /// Brings the camera into a known state; opening has given it the settings of its start set.
    private func prepare(_ configuration: Configuration) throws {
        let safe = 1
        try camera.set("buffer_policy", to: safe)
        // More images than the driver has buffers, so that a slow moment here loses none.
        if let largest = try camera.int(ifThere: "buffers_queue_size:max") {
            try camera.set("buffers_queue_size", to: min(largest, acquisition.bufferCount + 1))
        }
        if let bandwidth = configuration.bandwidth?.value {
            // What the library measures at each start takes time and is not exact.
            try camera.set(ifThere: "auto_bandwidth_calculation", to: 0)
            try camera.set("limit_bandwidth", to: bandwidth)
            try camera.set(ifThere: "limit_bandwidth_mode", to: 1)
        }
        let (off, automatic) = (0, 1)
        try camera.set(ifThere: "cooling", to: configuration.cooling ?? true ? automatic : off)
        try writeTrigger(.software)
    }

    /// The name of the class in python-microscope.
    public var typeName: String { "XimeaCamera" }

    func call<Result>(_ body: (XiCamera) throws -> Result) throws -> Result {
        try acquisition.call { try body(camera) }
    }

    public var exposureTime: Double { get throws { try call { try $0.float("exposure") / 1e6 } } }

    public func setExposureTime(_ seconds: Double) throws {
        try acquisition.change(pausing: false) { camera in
            let limits = try camera.floatLimits("exposure")
            let microseconds = min(max(seconds * 1e6, limits.lowerBound), limits.upperBound)
            try camera.set("exposure", to: .float(microseconds))
        }
    }

    /// Exposure and read-out after one another; a camera that runs by itself overlaps them.
    ///
    /// The library reports the time of the read-out only as a part of the highest frame rate.
    public var cycleTime: Double {
        get throws {
            try call { camera in
                let exposure = try camera.float("exposure") / 1e6
                let rate = try camera.float("framerate:max")
                let shortest = rate > 0 ? 1 / rate : 0
                return try camera.triggering == .freeRunning ? max(exposure, shortest) : exposure + shortest
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
                "copied_frames": \.copies,
            ]) + table.rows.map { $0.row.setting(acquisition, isReadOnly: $0.isReadOnly) }
    }

    public static var bufferCounts: ClosedRange<Int> { 2...500 }

    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] {
        cameraMembers
        // python-microscope's class has it beside `trigger`.
        RemoteMethod("soft_trigger", restored: .never, call: trigger)
    }
}

extension XIMEACamera {
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
            area.roi = roi
            try place(area)
            return try Area(camera).roi == roi
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
