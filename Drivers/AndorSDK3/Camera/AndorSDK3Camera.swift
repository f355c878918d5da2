public import Devices
internal import Pickle
public import SDKCameras

/// An Andor SDK 3 camera: Neo, Zyla, Sona, Marana, Balor.
public final class AndorSDK3Camera: AcquiringCamera, FloatingDevice {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    public let showsShutteringMode: Bool
    /// The serial number, which identifies the camera wherever it is plugged in.
    public let serialNumber: String
    public var uid: String { serialNumber }
    let camera: AndorCamera
    let acquisition: Acquisition<AndorCamera>
    /// The ROI that a client asked for; the camera reads whole binned pixels of it.
    var askedROI: ROI?
    /// The features of the table that the camera has.
    ///
    /// Asked once, so that a camera that fails to answer does not lose one.
    private let features: [(row: FeatureRow, isReadOnly: Bool)]

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
        transforms.readout = configuration.readoutTransform ?? .identity
        features = try FeatureTable.rows.compactMap { row in
            try camera.has(row.id) ? (row, try camera.isReadOnly(row.id)) : nil
        }
        try prepare(configuration)
        try acquisition.beginWatch()
    }

    /// Brings the camera into a known state, whatever state its last user left it in.
    private func prepare(_ configuration: Configuration) throws {
        if try camera.bool("CameraAcquiring") {
            // The last program was stopped while the camera acquired.
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

    public var control: any AcquisitionControl { acquisition }

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
            // More exposure times are possible while the camera is idle.
            try acquisition.whilePaused { try writeExposureTime(seconds) }
        }
    }

    private func writeExposureTime(_ seconds: Double) throws {
        let limits = try camera.floatLimits("ExposureTime")
        try camera.setFloat("ExposureTime", to: min(max(seconds, limits.lowerBound), limits.upperBound))
        try runAtFullRate()
    }

    /// Sets the highest frame rate that exposure and interface allow; a client may lower it.
    private func runAtFullRate() throws {
        guard try camera.canWrite("FrameRate") else { return }
        var rate = try camera.floatLimits("FrameRate").upperBound
        // A higher rate would only fill the camera's memory.
        let cable: AndorFeature = "MaxInterfaceTransferRate"
        if try camera.has(cable) { rate = min(rate, try camera.float(cable)) }
        try camera.setFloat("FrameRate", to: rate)
    }

    public var cycleTime: Double {
        get throws {
            try call { camera in
                let exposure = try camera.float("ExposureTime")
                guard try camera.has("ReadoutTime") else {
                    // A SimCam reports only the highest frame rate.
                    return max(exposure, 1 / (try camera.floatLimits("FrameRate").upperBound))
                }
                let readout = try camera.float("ReadoutTime")
                let overlaps = try camera.has("Overlap") ? try camera.bool("Overlap") : false
                return overlaps ? max(exposure, readout) : exposure + readout
            }
        }
    }

    public var settings: [Setting] {
        [roiSetting, bufferSetting]
            + counters([
                "buffer_overflows": \.overflows,
                "frame_timeouts": \.timeouts,
                "acquisition_restarts": \.restarts,
                "camera_losses": \.losses,
                "copied_frames": \.copies,
            ]) + features.map { $0.row.setting(acquisition, isReadOnly: $0.isReadOnly) }
    }
}

extension AndorSDK3Camera {
    /// The members of every camera, and those that python-microscope's class adds.
    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] {
        cameraMembers
        RemoteMethod("set_cooling", "value", restored: .last, call: setCooling)
        RemoteMethod("set_num_buffers", "num", restored: .last, call: setBufferCount)
        // python-microscope's class returns this for all its cameras.
        RemoteMethod("get_gain") { PythonValue.none }
    }

    /// Does nothing for a camera without cooling.
    private func setCooling(_ isOn: Bool) throws {
        try call { camera in
            if try camera.canWrite("SensorCooling") { try camera.setBool("SensorCooling", to: isOn) }
        }
    }

    public static var bufferCounts: ClosedRange<Int> { 1...100 }
}

extension AndorSDK3Camera {
    /// Whether software triggers can be sent: a SimCam offers the mode but not the command.
    var hasSoftwareTrigger: Bool { get throws { try call { try $0.has(.softwareTrigger) } } }

    private var mode: AndorTriggerMode {
        get throws {
            let label = try call { try $0.label("TriggerMode") }
            guard let mode = AndorTriggerMode(rawValue: label) else {
                throw DeviceError(.unsupported, "TriggerMode \(label) on \(serialNumber) has no trigger type and mode")
            }
            return mode
        }
    }

    public var triggerType: TriggerType { get throws { try mode.type } }
    public var triggerMode: TriggerMode { get throws { try mode.mode } }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        let canBeSent = try hasSoftwareTrigger
        guard let wanted = AndorTriggerMode(type, mode), wanted != .software || canBeSent else {
            throw DeviceError(.unsupported, "\(serialNumber) has no trigger of type \(type) and mode \(mode)")
        }
        try acquisition.call {
            guard try camera.label("TriggerMode") != wanted.rawValue else { return }
            try acquisition.whilePaused { try camera.setLabel("TriggerMode", to: wanted.rawValue) }
        }
    }

    public var shutteringMode: ElectronicShutteringMode {
        get throws {
            try call { camera in
                guard try camera.has("ElectronicShutteringMode") else { return .rolling }
                return try camera.label("ElectronicShutteringMode") == "Global" ? .global : .rolling
            }
        }
    }

    public func setShutteringMode(_ mode: ElectronicShutteringMode) throws {
        try acquisition.whilePaused {
            try camera.setLabel("ElectronicShutteringMode", to: mode == .global ? "Global" : "Rolling")
        }
    }
}

/// The SDK's trigger modes, with the trigger type and mode that clients know.
enum AndorTriggerMode: String, Sendable, CaseIterable {
    case software = "Software"
    case external = "External"
    case externalExposure = "External Exposure"
    case externalStart = "External Start"
    /// The camera runs by itself while it is enabled.
    case freeRunning = "Internal"

    var type: TriggerType { self == .software || self == .freeRunning ? .software : .risingEdge }

    var mode: TriggerMode {
        switch self {
        case .software, .external: .once
        case .externalExposure: .bulb
        case .externalStart: .start
        case .freeRunning: .strobe
        }
    }

    init?(_ type: TriggerType, _ mode: TriggerMode) {
        guard let found = Self.allCases.first(where: { $0.type == type && $0.mode == mode }) else { return nil }
        self = found
    }
}
