public import Devices

/// A camera that Andor's SDK 3 drives: Neo, Zyla, Sona, Marana, Balor.
public final class AndorSDK3Camera: Camera, FloatingDevice {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    public let showsShutteringMode: Bool
    /// What the camera is known by, wherever it is plugged in.
    public let serialNumber: String
    public var uid: String { serialNumber }
    let camera: AndorCamera
    let acquisition: Acquisition
    /// What clients asked for, of which the camera reads whole joined pixels.
    var askedROI: ROI?
    /// The features of the table that the camera has; asked once, so that none is missing because it did not answer.
    private let features: [(row: FeatureRow, isReadOnly: Bool)]
    private var isShutDown = false

    init(
        _ camera: AndorCamera,
        _ configuration: Configuration,
        options: AcquisitionOptions = AcquisitionOptions(),
        log: DeviceLog
    ) throws {
        self.camera = camera
        serialNumber = camera.serialNumber
        bufferLength = configuration.bufferLength?.value
        showsShutteringMode = configuration.showsShutteringMode ?? false
        var options = options
        if let count = configuration.bufferCount?.value { options.bufferCount = count }
        acquisition = Acquisition(camera, options, log: log)
        transforms.readout = configuration.readoutTransform?.transform ?? .identity
        features = try FeatureTable.rows.compactMap { row in
            try camera.has(row.feature) ? (row, try camera.isReadOnly(row.feature)) : nil
        }
        try prepare(configuration)
        acquisition.beginWatch()
    }

    /// Brings the camera into a known state, whoever has left it how.
    private func prepare(_ configuration: Configuration) throws {
        if try camera.bool("CameraAcquiring") {
            // Whoever had it was stopped while it took images.
            try camera.perform("AcquisitionStop")
            try camera.call("AT_Flush") { handle throws(AndorStatus) in try camera.sdk.flush(handle) }
        }
        try camera.setLabel("CycleMode", to: "Continuous")
        if try hasSoftwareTrigger { try camera.setLabel("TriggerMode", to: AndorTriggerMode.software.rawValue) }
        if try camera.canWrite("SensorCooling") {
            try camera.setBool("SensorCooling", to: configuration.cooling ?? true)
        }
        for feature in ["MetadataEnable", "MetadataTimestamp"] as [AndorFeature] where try camera.canWrite(feature) {
            try camera.setBool(feature, to: configuration.metadata ?? true)
        }
        try runAtFullRate()
    }

    /// The name of the class in python-microscope.
    public var typeName: String { "AndorSDK3" }

    public var dataSource: any DataSource { acquisition }

    public func performEnable() throws { try acquisition.start() }
    public func performDisable() throws { try acquisition.stop() }
    public func abort() throws { try acquisition.stop() }
    public func performTrigger() throws { try acquisition.trigger() }

    public func performShutdown() throws {
        guard !isShutDown else { return }
        isShutDown = true
        try acquisition.close()
    }

    func call<Result>(_ body: (AndorCamera) throws -> Result) throws -> Result {
        try acquisition.call { try body(camera) }
    }

    public var sensorShape: SensorShape {
        get throws {
            try call { SensorShape(width: try $0.int("SensorWidth"), height: try $0.int("SensorHeight")) }
        }
    }

    public var exposureTime: Double { get throws { try call { try $0.float("ExposureTime") } } }

    public func setExposureTime(_ seconds: Double) throws {
        try acquisition.change(pausing: false) { camera in
            let limits = try camera.floatLimits("ExposureTime")
            guard acquisition.isRunning, !limits.contains(seconds) else { return try writeExposureTime(seconds) }
            // A camera at rest can do more.
            try acquisition.whilePaused { try writeExposureTime(seconds) }
        }
    }

    private func writeExposureTime(_ seconds: Double) throws {
        let limits = try camera.floatLimits("ExposureTime")
        try camera.setFloat("ExposureTime", to: min(max(seconds, limits.lowerBound), limits.upperBound))
        try runAtFullRate()
    }

    /// Lets a camera that runs by itself do so as fast as its exposure and its cable allow, until a client slows it.
    private func runAtFullRate() throws {
        guard try camera.canWrite("FrameRate") else { return }
        var rate = try camera.floatLimits("FrameRate").upperBound
        // Faster for a while would only fill the camera's memory.
        let cable: AndorFeature = "MaxInterfaceTransferRate"
        if try camera.has(cable) { rate = min(rate, try camera.float(cable)) }
        try camera.setFloat("FrameRate", to: rate)
    }

    public var cycleTime: Double {
        get throws {
            try call { camera in
                let exposure = try camera.float("ExposureTime")
                guard try camera.has("ReadoutTime") else {
                    // A SimCam only tells how many images it could do in a second.
                    return max(exposure, 1 / (try camera.floatLimits("FrameRate").upperBound))
                }
                let readout = try camera.float("ReadoutTime")
                let overlaps = try camera.has("Overlap") ? try camera.bool("Overlap") : false
                return overlaps ? max(exposure, readout) : exposure + readout
            }
        }
    }

    public var settings: [Setting] {
        [roiSetting] + counterSettings
            + features.map { $0.row.setting(camera, acquisition, isReadOnly: $0.isReadOnly) }
    }

    private var counterSettings: [Setting] {
        [
            Setting(
                "num_buffers",
                in: Self.bufferCounts,
                get: { self.acquisition.bufferCount },
                set: { try self.setBufferCount($0) }
            ),
            counter("buffer_overflows", \.overflows),
            counter("frame_timeouts", \.timeouts),
            counter("acquisition_restarts", \.restarts),
            counter("camera_losses", \.losses),
            counter("copied_frames", \.copies),
        ]
    }

    /// A number of events since the camera was opened.
    private func counter(_ name: String, _ path: KeyPath<AcquisitionCounts, Int>) -> Setting {
        Setting(name, in: 0...Int.max, get: { self.acquisition.counts[keyPath: path] })
    }
}
