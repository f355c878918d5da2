public import Devices
internal import Pickle
internal import Platform
public import SDKCameras

/// A camera at the camera connector of a Raspberry Pi, through `rpicam-vid` or `rpicam-raw`.
public final class RPiCamera: AcquiringCamera {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    let session: RPiSession
    let acquisition: Acquisition<RPiSession>

    init(
        _ session: RPiSession,
        _ configuration: Configuration,
        options: AcquisitionOptions = AcquisitionOptions(),
        log: DeviceLog
    ) throws {
        self.session = session
        bufferLength = configuration.bufferLength?.value
        acquisition = Acquisition(session, options, log: log)
        transforms.readout = configuration.readoutTransform ?? .identity
        try acquisition.beginWatch()
    }

    public var control: any AcquisitionControl { acquisition }
    /// The program has buffers of its own.
    public static var bufferCounts: ClosedRange<Int> { 1...1 }

    /// The program is started anew for each change.
    public var callLimits: CallLimits { CallLimits(busyFor: 20 + wishes.exposure) }

    private var wishes: RPiSession.Wishes { session.wishes.withLock { $0 } }

    private func change(_ body: (inout RPiSession.Wishes) -> Void) throws {
        var new = wishes
        body(&new)
        guard new != wishes else { return }
        try acquisition.whilePaused { session.wishes.withLock { $0 = new } }
    }

    public var sensorShape: SensorShape { SensorShape(width: wishes.width, height: wishes.height) }

    /// As the program was asked for it: whole microseconds, which the sensor rounds to its rows.
    public var exposureTime: Double { wishes.exposure }

    public func setExposureTime(_ seconds: Double) throws {
        try change { $0.exposure = Double(RPiSession.microseconds(seconds)) / 1e6 }
    }

    public var cycleTime: Double { 2 / session.rate + wishes.exposure }

    public var triggerType: TriggerType { .software }
    public var triggerMode: TriggerMode { wishes.triggering == .software ? .once : .strobe }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        guard type == .software, mode == .once || mode == .strobe else {
            throw DeviceError(
                .unsupported,
                "\(session.serialNumber) has no trigger of type \(type) and mode \(mode), only software: once, strobe"
            )
        }
        try change { $0.triggering = mode == .once ? .software : .freeRunning }
    }

    public var sensorBinning: Binning { .none }

    public func setSensorBinning(_ binning: Binning) throws {
        guard binning == .none else {
            throw DeviceError(.unsupported, "\(session.serialNumber) has no binning \(binning.h)x\(binning.v)")
        }
    }

    public var sensorROI: ROI { session.area }

    /// The driver takes the area out of the image; in the mosaic of a raw one it begins with a whole cell.
    public func setSensorROI(_ roi: ROI) throws -> Bool {
        var area = roi
        if wishes.isRaw {
            (area.left, area.top) = (roi.left / 2 * 2, roi.top / 2 * 2)
            area.width += roi.left - area.left
            area.height += roi.top - area.top
        }
        try change { $0.roi = area }
        return area == roi
    }

    public var settings: [Setting] {
        [
            Setting(
                "gain",
                in: 1...64,
                get: { self.wishes.gain },
                set: { value in try self.change { $0.gain = value } }
            ),
            Setting(
                "frame_rate",
                in: 0.001...1000,
                get: { self.wishes.rate },
                set: { value in try self.change { $0.rate = value } }
            ),
            Setting(
                "red_gain",
                in: 0...32,
                get: { self.wishes.red },
                set: { value in try self.change { $0.red = value } }
            ),
            Setting(
                "blue_gain",
                in: 0...32,
                get: { self.wishes.blue },
                set: { value in try self.change { $0.blue = value } }
            ),
            Setting(
                "frame_size",
                in: ListedChoices(self.sizes.map { ($0.width << 16 | $0.height, "\($0.width)x\($0.height)") }),
                get: { ListedChoice(self.wishes.width << 16 | self.wishes.height) },
                set: { choice in
                    try self.change { wishes in
                        (wishes.width, wishes.height) = (choice.key >> 16, choice.key & 0xffff)
                        let mode = self.session.sensor.modes.first {
                            ($0.width, $0.height) == (wishes.width, wishes.height)
                        }
                        wishes.bits = mode?.bits ?? wishes.bits
                        (wishes.roi, wishes.stride) = (nil, nil)
                    }
                }
            ),
        ]
            + counters([
                "missed_frames": \.missed, "frame_timeouts": \.timeouts, "acquisition_restarts": \.restarts,
                "camera_losses": \.losses,
            ])
    }

    /// The modes of the sensor for raw images; for others, sizes without gaps between rows, and the present one.
    private var sizes: [(width: Int, height: Int)] {
        let (sensor, wishes) = (session.sensor, wishes)
        let sizes =
            wishes.isRaw
            ? sensor.modes.map { ($0.width, $0.height) }
            : [(640, 480), (1280, 960), (1920, 1080), (sensor.width / 64 * 64, sensor.height / 2 * 2)]
        let isListed = sizes.contains { $0 == (wishes.width, wishes.height) }
        return (isListed ? [] : [(wishes.width, wishes.height)]) + sizes
    }
}

extension RPiCamera {
    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] {
        cameraMembers
        // Not in python-microscope: what libcamera says of the latest image, such as its true exposure time.
        RemoteMethod("get_metadata") { self.metadata }
    }

    private var metadata: PythonValue {
        let pairs = session.latest.withLock { $0 }.sorted { $0.key < $1.key }
        let values: [PythonDictionary.Pair] = pairs.map {
            (PythonValue.str($0.key), Double($0.value).map { .float($0) } ?? .str($0.value))
        }
        return .dict(PythonDictionary(values))
    }
}
