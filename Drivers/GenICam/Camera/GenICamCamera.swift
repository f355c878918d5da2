public import Devices
internal import Pickle
public import SDKCameras

/// A camera of GigE Vision or USB3 Vision, by its own description of its features.
public final class GenICamCamera: AcquiringCamera {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    let camera: AravisCamera
    let acquisition: Acquisition<AravisCamera>
    let tree: FeatureTree
    /// The entry of `TriggerSource` for signals.
    var triggerLine: String

    init(
        _ camera: AravisCamera,
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
        camera.prepareTransport()
        let visibility = configuration.visibility ?? .expert
        tree = try FeatureTree(camera, least: visibility.number)
        triggerLine = try configuration.triggerLine ?? GenICamTrigger.lines(camera).first?.label ?? ""
        try prepare(configuration)
        try acquisition.beginWatch()
    }

    /// Brings the camera into a known state, whatever program has used it before.
    private func prepare(_ configuration: Configuration) throws {
        try camera.setChoice(ifThere: "AcquisitionMode", named: "Continuous")
        try chooseFormat(configuration.pixelFormat)
        var area = try Area(camera)
        let sensor = try Area.sensor(of: camera)
        area.binning = Binning(h: 1, v: 1)
        area.roi = ROI(left: 0, top: 0, width: sensor.width, height: sensor.height)
        _ = try area.write(to: camera)
        try GenICamTrigger.software.write(to: camera, line: triggerLine)
    }

    private func chooseFormat(_ wanted: String?) throws {
        if let wanted {
            guard try camera.setChoice("PixelFormat", named: wanted) else {
                let names = try camera.choices("PixelFormat").map(\.label).joined(separator: ", ")
                throw DeviceError(.initialise, "\(camera.serialNumber) has no pixel format \(wanted), but \(names)")
            }
            return
        }
        guard CameraFormat(code: try camera.choice("PixelFormat")) == nil else { return }
        let codes = try camera.choices("PixelFormat").map(\.key)
        let readable =
            CameraFormat.preferred.first(where: codes.contains) ?? codes.first { CameraFormat(code: $0) != nil }
        if let readable { try camera.setChoice("PixelFormat", to: readable) }
    }

    public var control: any AcquisitionControl { acquisition }

    func call<Result>(_ body: (AravisCamera) throws -> Result) throws -> Result {
        try acquisition.call { try body(camera) }
    }

    public var sensorShape: SensorShape { get throws { try call { try Area.sensor(of: $0) } } }

    public var exposureTime: Double {
        get throws {
            try call { camera in
                guard let id = try camera.exposureFeature() else { throw camera.absent("ExposureTime") }
                return try camera.seconds(of: id)
            }
        }
    }

    public func setExposureTime(_ seconds: Double) throws {
        try acquisition.change(pausing: false) { try $0.setExposure(seconds) }
    }

    public var cycleTime: Double { get throws { try call { $0.imageTime(try $0.triggering) } } }

    public var settings: [Setting] {
        [bufferSetting, lineSetting]
            + counters([
                "missed_frames": \.missed,
                "frame_timeouts": \.timeouts,
                "acquisition_restarts": \.restarts,
                "camera_losses": \.losses,
            ]) + streamSettings + featureSettings
    }

    public static var bufferCounts: ClosedRange<Int> { 3...1000 }

    /// The library's counters since the camera was opened, under the library's names.
    private var streamSettings: [Setting] {
        let names = camera.isGigE ? Self.gigECounters : Self.usbCounters
        return names.map { name in
            Setting(name, in: 0...Int.max, get: { self.camera.streamCounters[name] ?? 0 })
        }
    }

    private static let usbCounters = ["n_completed_buffers", "n_failures", "n_underruns", "n_transferred_bytes"]
    private static let gigECounters =
        usbCounters + ["n_missing_packets", "n_resend_requests", "n_resent_packets", "n_timeouts"]

    private var featureSettings: [Setting] {
        tree.features.compactMap { feature in
            guard let kind = feature.kind.setting else { return nil }
            let row = SettingRow(
                feature.id.description,
                kind,
                feature.id,
                needsPause: feature.id.name == "PixelFormat" || feature.id.name == "LinePadding"
            )
            return row.setting(acquisition, isReadOnly: false)
        }
    }

    @RemoteInterfaceBuilder
    public var remoteMembers: [any RemoteMember] {
        cameraMembers
        RemoteMethod("get_commands", reads: true) { self.commands }
        RemoteMethod("execute_command", "name", restored: .never, call: execute)
        RemoteMethod("describe_feature", "name", reads: true, call: describe)
    }

    /// The camera's own commands, except those that the driver makes use of.
    var commands: [String] { tree.features.filter { $0.kind == .command }.map(\.id.name) }

    func execute(_ name: String) throws {
        guard commands.contains(name) else { throw RemoteError.value("\(camera.serialNumber) has no command \(name)") }
        try call { try $0.execute(name) }
    }

    /// What the camera's description says of a feature beside its limits: its step, unit, visibility and text.
    func describe(_ name: String) throws -> PythonValue {
        guard let feature = tree.features.first(where: { $0.id.description == name }) else {
            throw RemoteError.value("\(camera.serialNumber) has no feature \(name)")
        }
        return try call { camera in
            let details = try camera.details(feature)
            return .dict([
                "increment": details.step == 0 ? .none : .float(details.step),
                "unit": .str(details.unit),
                "visibility": .str(Visibility.name(feature.visibility)),
                "description": .str(details.tooltip),
                "writable": .bool(try camera.canWrite(feature.id)),
            ])
        }
    }
}

extension AravisLibrary.NodeKind {
    /// The kind of setting; nil for what is none.
    fileprivate var setting: SettingRow<FeatureID>.Kind? {
        switch self {
        case .choice: .choice
        case .bool: .bool
        case .int: .int
        case .float: .float
        case .text: .string
        case .category, .command, .other: nil
        }
    }
}

extension AravisCamera {
    /// Selects an entry if the camera has the feature and the entry, and lets it be written.
    fileprivate func setChoice(ifThere id: FeatureID, named name: String) throws(DeviceError) {
        guard try isAvailable(id), try canWrite(id), try choiceName(id) != name else { return }
        try setChoice(id, named: name)
    }
}

extension GenICamCamera {
    public var sensorBinning: Binning { get throws { try call { try Area($0).binning } } }

    public func setSensorBinning(_ binning: Binning) throws {
        try acquisition.whilePaused {
            var area = try Area(camera)
            area.binning = binning
            _ = try place(area)
        }
    }

    public var sensorROI: ROI { get throws { try call { try Area($0).roi } } }

    public func setSensorROI(_ roi: ROI) throws -> Bool {
        try acquisition.whilePaused {
            var area = try Area(camera)
            area.roi = roi
            return try place(area).roi == roi
        }
    }

    /// Sets the area, or leaves it as it was.
    private func place(_ area: Area) throws -> Area {
        let old = try Area(camera)
        do { return try area.write(to: camera) } catch {
            _ = try? old.write(to: camera)
            throw error
        }
    }
}
