public import Devices
internal import Pickle
internal import Platform
public import SDKCameras

/// A camera of Video4Linux: every USB camera of the standard class, and others.
public final class V4L2Camera: AcquiringCamera {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    let camera: VideoCamera
    let acquisition: Acquisition<VideoCamera>
    private let table: VideoSettings

    init(
        _ camera: VideoCamera,
        _ configuration: Configuration,
        options: AcquisitionOptions = AcquisitionOptions(),
        log: DeviceLog
    ) throws {
        self.camera = camera
        bufferLength = configuration.bufferLength?.value
        var options = options
        options.bufferCount = configuration.bufferCount?.value ?? 8
        acquisition = Acquisition(camera, options, log: log)
        transforms.readout = configuration.readoutTransform ?? .identity
        try Self.prepare(camera, configuration)
        table = try VideoSettings(camera)
        try acquisition.beginWatch()
    }

    /// Sets what the configuration asks for; anything else stays as the camera has it.
    private static func prepare(_ camera: VideoCamera, _ configuration: Configuration) throws {
        var mode = try camera.mode
        if let format = configuration.pixelFormat {
            mode.format = FourCC(format)
        } else if VideoFormat.named(mode.format) == nil, let first = try camera.formats().first {
            mode.format = first.format.code
        }
        if let size = configuration.frameSize { (mode.width, mode.height) = (size.width, size.height) }
        if try mode != camera.mode { try camera.set(mode) }
        if let size = configuration.frameSize {
            let mode = try camera.mode
            guard (mode.width, mode.height) == (size.width, size.height) else {
                throw DeviceError(
                    .initialise,
                    "\(camera.serialNumber) has no images of \(size.width)x\(size.height) pixels of \(mode.format)"
                )
            }
        }
        if let rate = configuration.frameRate?.value, rate > 0 {
            try camera.set(VideoInterval(seconds: 1 / rate))
        }
        if let channel = configuration.channel {
            try camera.write(.int(channel.channel.rawValue), to: .channel)
        }
    }

    public var control: any AcquisitionControl { acquisition }
    public static var bufferCounts: ClosedRange<Int> { VideoCamera.counts }

    /// The kernel waits five seconds for the answer to a request, and some cameras need nearly as long.
    public var callLimits: CallLimits { CallLimits().plus(.seconds(15)) }

    private func call<Result>(_ body: (VideoCamera) throws -> Result) throws -> Result {
        try acquisition.call { try body(camera) }
    }

    public var sensorShape: SensorShape {
        get throws {
            try call { camera in
                let mode = try camera.mode
                return SensorShape(width: mode.width, height: mode.height)
            }
        }
    }

    /// The camera's own; the time between images if it does not say.
    public var exposureTime: Double {
        get throws { try call { try $0.exposureTime ?? $0.interval?.seconds ?? 0 } }
    }

    public func setExposureTime(_ seconds: Double) throws {
        try acquisition.change(pausing: false) { try $0.setExposureTime(seconds) }
    }

    /// After a trigger, an image in progress has to end before the next one begins.
    public var cycleTime: Double {
        get throws {
            try call { camera in
                let interval = try camera.interval?.seconds ?? 0
                let time = max(interval, try camera.exposureTime ?? 0)
                return camera.triggering == .software ? 2 * time + interval : time
            }
        }
    }

    public var triggerType: TriggerType { .software }
    public var triggerMode: TriggerMode { camera.triggering == .software ? .once : .strobe }

    /// A call starts an image, or the camera runs by itself; cameras of this kind have no input for triggers.
    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        guard type == .software, mode == .once || mode == .strobe else {
            throw DeviceError(
                .unsupported,
                "\(camera.serialNumber) has no trigger of type \(type) and mode \(mode), only software: once, strobe"
            )
        }
        let wanted = mode == .once ? Triggering.software : .freeRunning
        guard camera.triggering != wanted else { return }
        try acquisition.whilePaused { camera.wishes.withLock { $0.triggering = wanted } }
    }

    public var settings: [Setting] {
        [bufferSetting]
            + counters([
                "missed_frames": \.missed, "frame_timeouts": \.timeouts, "acquisition_restarts": \.restarts,
                "camera_losses": \.losses,
            ]) + table.rows.map { $0.row.setting(acquisition, isReadOnly: $0.isReadOnly) }
    }
}

extension V4L2Camera {
    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] {
        cameraMembers
        // Not in python-microscope, whose settings have no units, steps and defaults.
        RemoteMethod("describe_control", "name", reads: true) { try self.describeControl($0 as String) }
    }

    /// What a setting does not say of a control: its id, unit, step and default, and its state now.
    private func describeControl(_ name: String) throws -> PythonValue {
        guard let found = table.controls.first(where: { $0.name == name }) else {
            throw RemoteError.value("\(camera.serialNumber) has no control '\(name)'")
        }
        let control = try call { try $0.info(found.id) }
        return .dict([
            "id": .int(Int(control.id)),
            "name": .str(control.name),
            "unit": control.unit.map { .str($0) } ?? .none,
            "step": .int(control.step),
            "default": .int(control.initial),
            "inactive": .bool(control.flags.contains(.inactive)),
            "locked": .bool(control.flags.contains(.grabbed)),
            "volatile": .bool(control.flags.contains(.volatile)),
        ])
    }

    /// Cameras of this kind combine no pixels.
    public var sensorBinning: Binning { .none }

    public func setSensorBinning(_ binning: Binning) throws {
        guard binning == .none else {
            throw DeviceError(.unsupported, "\(camera.serialNumber) has no binning \(binning.h)x\(binning.v)")
        }
    }

    public var sensorROI: ROI { get throws { try call { try $0.image.roi } } }

    /// The driver itself takes the area out of the image; in a mosaic it begins with a whole cell.
    public func setSensorROI(_ roi: ROI) throws -> Bool {
        try acquisition.whilePaused {
            var area = roi
            if try camera.image.format.isMosaic {
                (area.left, area.top) = (roi.left / 2 * 2, roi.top / 2 * 2)
                area.width += roi.left - area.left
                area.height += roi.top - area.top
            }
            camera.wishes.withLock { $0.roi = area }
            return area == roi
        }
    }
}
