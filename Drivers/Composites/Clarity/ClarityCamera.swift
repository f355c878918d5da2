public import Devices
internal import Pickle

/// A camera behind an Aurox Clarity, which gives optical sections in place of the two halves that are on its sensor.
///
/// Everything but the images is the camera's: times, triggers, errors. What the Clarity is set to is asked for when the
/// camera is enabled, and at each trigger that comes from a client.
public final class ClarityCamera: Camera {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    let camera: any Camera
    let unit: ClarityUnit
    let source: SectionSource
    let layout: HalfLayout
    let file: CalibrationFile?
    /// By ``ClarityUnit/Sectioning``.
    var weights: [Float] = [0, 1, 1, 1]
    var calibrating: Calibrating?

    /// - Parameters:
    ///   - camera: the one on whose sensor both halves are.
    ///   - clarity: with the disk and the calibration lamp.
    ///   - path: of a file with a calibration, which is used, and written when there is another one.
    public init(
        _ camera: any Camera,
        _ clarity: any DevicePart,
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
                "a sensor of \(sensor.width) x \(sensor.height) pixels has no two halves side by side"
            )
        }
        let calibration = try file?.read()
        if let calibration, calibration.sensor != sensor || calibration.layout != layout {
            throw DeviceError(
                .initialise,
                "the calibration in \(path ?? "") is for a sensor of \(calibration.sensor.width) x "
                    + "\(calibration.sensor.height) pixels, \(calibration.layout.transmitted) half transmitted, mirror "
                    + "\(calibration.layout.mirror), and not for this one: move the file away, and calibrate again"
            )
        }
        var view = ClarityView(sensor)
        view.binning = try Self.binning(of: camera)
        source = SectionSource(camera.dataSource, view, calibration)
    }

    public var typeName: String { "ClarityCamera" }
    public var dataSource: any DataSource { source }
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

    /// Takes over where the disk stands, if that makes a difference.
    private func look() throws {
        guard view.mode.needsCalibration else { return }
        guard source.read(\.calibration) != nil else { throw SectionSource.notCalibrated }
        source.set(\.weight, weights[try unit.sectioning.rawValue])
    }

    // Times

    public var exposureTime: Double { get throws { try camera.exposureTime } }
    public func setExposureTime(_ seconds: Double) throws { try camera.setExposureTime(seconds) }
    public var cycleTime: Double { get throws { try camera.cycleTime } }

    // Sensor

    public var sensorShape: SensorShape { view.shape }
    public var sensorBinning: Binning { view.binning }
    public var sensorROI: ROI { get throws { view.mode == .raw ? try camera.sensorROI : view.roi } }

    public func setSensorBinning(_ binning: Binning) throws {
        guard view.sensor.width / 2 % binning.h == 0 else {
            throw DeviceError(
                .unsupported,
                "binning \(binning.h)x\(binning.v) joins pixels of both halves, which are \(view.sensor.width / 2) wide"
            )
        }
        try camera.setSensorBinning(binning)
        source.set(\.view.binning, try Self.binning(of: camera))
    }

    /// The camera's binning, by which sides are divided.
    private static func binning(of camera: any Camera) throws -> Binning {
        let binning = try camera.sensorBinning
        guard binning.h > 0, binning.v > 0 else {
            throw DeviceError(.failed, "the camera says that its binning is \(binning.h)x\(binning.v)")
        }
        return binning
    }

    public func setSensorROI(_ roi: ROI) throws -> Bool {
        guard view.mode == .raw else {
            // The camera reads both halves whole, since a place lies elsewhere in each.
            source.set(\.view.roi, roi)
            return true
        }
        return try camera.setSensorROI(roi)
    }

    /// Changes what images there are; the ROI is all of them then.
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

    /// How much of the reflected half is taken away where the disk stands there.
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
        /// The camera on whose sensor both halves are.
        public var camera: PartOption<PartCamera>
        /// The Clarity, which is a filter wheel to others.
        public var clarity: PartOption<PartFilterWheel>
        /// The half with the light that passed the disk; left unless given.
        public var transmitted: HalfLayout.Side?
        /// What of the other half is the other way round; horizontal unless given.
        public var mirror: HalfLayout.Mirror?
        /// A file that keeps the calibration.
        public var calibrationFile: String?
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
            calibrationFile: String? = nil,
            bufferLength: BufferLength? = nil
        ) {
            (self.camera, self.clarity, self.transmitted, self.mirror) = (camera, clarity, transmitted, mirror)
            (self.calibrationFile, self.bufferLength) = (calibrationFile, bufferLength)
        }
    }
}

extension Driver where Configuration == ClarityCamera.Options {
    public static var clarityCamera: Self {
        Driver("clarity-camera", "sections from a camera behind an Aurox Clarity") { options, context in
            try ClarityCamera(
                try options.camera.open(context),
                try options.clarity.open(context),
                HalfLayout(transmitted: options.transmitted ?? .left, mirror: options.mirror ?? .horizontal),
                calibration: options.calibrationFile,
                bufferLength: options.bufferLength?.value
            )
        }
    }
}
