public import Devices
internal import Pickle

/// A camera behind an Aurox Clarity that gives optical sections instead of the two halves on its sensor.
///
/// Everything but the images is the camera's own: times, triggers, errors. The position of the Clarity's disk is read
/// when the camera is enabled, and at each trigger from a client.
public final class ClarityCamera: Camera {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    let camera: any Camera
    let unit: ClarityUnit
    let source: SectionSource
    let layout: HalfLayout
    let file: CalibrationFile?
    /// Indexed by ``ClarityUnit/Sectioning``.
    var weights: [Float] = [0, 1, 1, 1]
    var calibrating: Calibrating?

    /// - Parameters:
    ///   - camera: has both halves on its sensor.
    ///   - clarity: has the disk and the calibration lamp.
    ///   - path: a file for the calibration, read at the start and written after each calibration.
    public init(
        _ camera: any Camera,
        _ clarity: any RemotePart,
        _ layout: HalfLayout = HalfLayout(),
        calibration path: String? = nil,
        bufferLength: Int? = nil
    ) throws {
        self.camera = camera
        self.layout = layout
        self.bufferLength = bufferLength
        unit = ClarityUnit(wheel: clarity)
        file = path.map(CalibrationFile.init)
        let sensor = try camera.sensorShape
        guard (2...65_536).contains(sensor.width), sensor.width % 2 == 0, (1...65_536).contains(sensor.height) else {
            throw DeviceError(
                .initialise,
                "a sensor of \(sensor.width) x \(sensor.height) pixels cannot have two halves side by side"
            )
        }
        let calibration = try file?.read()
        if let calibration, calibration.sensor != sensor || calibration.layout != layout {
            throw DeviceError(
                .initialise,
                "the calibration in \(path ?? "") is for a sensor of \(calibration.sensor.width) x "
                    + "\(calibration.sensor.height) pixels, \(calibration.layout.transmitted) half transmitted, mirror "
                    + "\(calibration.layout.mirror), not for this one: move the file away and calibrate again"
            )
        }
        var view = ClarityView(sensor)
        view.binning = try Self.binning(of: camera)
        source = SectionSource(camera.dataSource, view, calibration)
    }

    public var typeName: String { "ClarityCamera" }
    public var dataSource: any DataSource { source }

    /// Longer than the camera's own limits, so that a camera that hangs is found first; a calibration measures an image.
    public var callLimits: CallLimits {
        var limits = camera.callLimits.plus(.seconds(10))
        limits.members["calibrate"] = limits.changing + .seconds(60)
        return limits
    }

    var view: ClarityView { source.read(\.view) }

    public func performEnable() throws {
        try look()
        try camera.enable()
    }

    public func performDisable() throws {
        try cancelCalibration()
        try camera.disable()
    }

    public func abort() throws { try camera.abort() }

    // Triggers

    public var triggerType: TriggerType { get throws { try camera.triggerType } }
    public var triggerMode: TriggerMode { get throws { try camera.triggerMode } }
    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws { try camera.setTrigger(type, mode) }

    public func performTrigger() throws {
        try look()
        try camera.performTrigger()
    }

    /// Reads the position of the disk, if the mode depends on it.
    private func look() throws {
        guard view.mode.needsCalibration else { return }
        guard source.read(\.calibration) != nil else { throw SectionSource.notCalibrated }
        source.set(\.weight, weights[try unit.sectioning.rawValue])
    }

    // Times

    public var exposureTime: Double { get throws { try camera.exposureTime } }
    public func setExposureTime(_ seconds: Double) throws { try camera.setExposureTime(seconds) }
    public var pendingExposures: Int { get throws { try camera.pendingExposures } }
    public var cycleTime: Double { get throws { try camera.cycleTime } }

    // Sensor

    public var sensorShape: SensorShape { view.shape }
    public var sensorBinning: Binning { view.binning }
    public var sensorROI: ROI { get throws { view.mode == .raw ? try camera.sensorROI : view.roi } }

    public func setSensorBinning(_ binning: Binning) throws {
        guard view.sensor.width / 2 % binning.h == 0 else {
            throw DeviceError(
                .unsupported,
                "binning \(binning.h)x\(binning.v) would join pixels of both halves: these are "
                    + "\(view.sensor.width / 2) wide"
            )
        }
        try camera.setSensorBinning(binning)
        source.set(\.view.binning, try Self.binning(of: camera))
    }

    /// The camera's binning, checked because sides are divided by it.
    private static func binning(of camera: any Camera) throws -> Binning {
        let binning = try camera.sensorBinning
        guard binning.h > 0, binning.v > 0 else {
            throw DeviceError(.failed, "the camera reports a binning of \(binning.h)x\(binning.v)")
        }
        return binning
    }

    public func setSensorROI(_ roi: ROI) throws -> Bool {
        guard view.mode == .raw else {
            // The camera reads both halves whole, because a place of the specimen has different positions in them.
            source.set(\.view.roi, roi)
            return true
        }
        return try camera.setSensorROI(roi)
    }

    /// Changes the kind of images; the ROI becomes the whole image.
    func setMode(_ mode: ClarityMode) throws {
        guard mode != view.mode else { return }
        let sensor = view.sensor
        _ = try camera.setSensorROI(ROI(left: 0, top: 0, width: sensor.width, height: sensor.height))
        var view = view
        view.mode = mode
        view.roi = view.whole
        source.set(\.view, view)
        if isEnabled, source.read(\.calibration) != nil { try look() }
    }

    public var remoteMembers: [any RemoteMember] { clarityMembers }
    public var settings: [Setting] { claritySettings }
}

extension ClarityCamera {
    @RemoteInterfaceBuilder var clarityMembers: [any RemoteMember] {
        cameraMembers
        RemoteMethod("calibrate") { try self.calibrate() }
        RemoteMethod("get_calibration") { self.source.read(\.calibration).map(Self.description) ?? PythonValue.none }
    }

    var claritySettings: [Setting] {
        [
            roiSetting,
            Setting("mode", in: Cases<ClarityMode>(), get: { self.view.mode }, set: setMode),
            weight("weight low", .low),
            weight("weight mid", .mid),
            weight("weight high", .high),
            number("background", \.background, in: 0...65_535),
            number("offset", \.offset, in: 0...65_535),
            Setting("calibrated", in: Anything<Bool>(), get: { self.source.read(\.calibration) != nil }),
        ]
    }

    /// The factor of the reflected half at one position of the disk.
    private func weight(_ name: String, _ sectioning: ClarityUnit.Sectioning) -> Setting {
        Setting(
            name,
            in: 0...10,
            get: { Double(self.weights[sectioning.rawValue]) },
            set: { try self.setWeight(Float($0), sectioning) }
        )
    }

    private func setWeight(_ weight: Float, _ sectioning: ClarityUnit.Sectioning) throws {
        weights[sectioning.rawValue] = weight
        if isEnabled { source.set(\.weight, weights[try unit.sectioning.rawValue]) }
    }

    private func number(
        _ name: String,
        _ path: WritableKeyPath<SectionSource.State, Float>,
        in range: ClosedRange<Double>
    ) -> Setting {
        Setting(name, in: range, get: { Double(self.source.read(path)) }, set: { self.source.set(path, Float($0)) })
    }

    private static func description(_ calibration: HalfCalibration) -> PythonValue {
        let (scale, degrees, shift) = calibration.mapping.summary
        return .dict([
            "scale": .float(scale), "rotation": .float(degrees), "shift": .tuple([.float(shift.x), .float(shift.y)]),
            "error": .float(calibration.error),
        ])
    }
}

extension ClarityCamera {
    public struct Options: Decodable, Sendable {
        /// The camera that has both halves on its sensor.
        public var camera: PartOption<PartCamera>
        /// The Clarity, which other clients see as a filter wheel.
        public var clarity: PartOption<PartFilterWheel>
        /// The half with the transmitted light, left by default.
        public var transmitted: HalfLayout.Side?
        /// The orientation of the reflected half, horizontal by default.
        public var mirror: HalfLayout.Mirror?
        /// A file that keeps the calibration.
        public var calibrationFile: FilePath?
        public var bufferLength: BufferLength?

        private enum CodingKeys: String, CodingKey {
            case camera, clarity, transmitted, mirror
            case calibrationFile = "calibration_file"
            case bufferLength = "buffer_length"
        }

        public init(
            camera: PartOption<PartCamera>,
            clarity: PartOption<PartFilterWheel>,
            transmitted: HalfLayout.Side? = nil,
            mirror: HalfLayout.Mirror? = nil,
            calibrationFile: FilePath? = nil,
            bufferLength: BufferLength? = nil
        ) {
            (self.camera, self.clarity, self.transmitted, self.mirror) = (camera, clarity, transmitted, mirror)
            (self.calibrationFile, self.bufferLength) = (calibrationFile, bufferLength)
        }
    }
}

extension Driver where Configuration == ClarityCamera.Options {
    public static var clarityCamera: Self {
        Driver("clarity-camera", "optical sections from a camera behind an Aurox Clarity") { options, context in
            try ClarityCamera(
                try options.camera.open(context),
                try options.clarity.open(context),
                HalfLayout(transmitted: options.transmitted ?? .left, mirror: options.mirror ?? .horizontal),
                calibration: options.calibrationFile?.path,
                bufferLength: options.bufferLength?.value
            )
        }
        .proven(
            Proof(
                sources: "programs of Aurox' users, for the halves and their calculation"
            )
        )
    }
}
