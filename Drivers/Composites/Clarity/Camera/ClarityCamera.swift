public import Devices

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
        guard sensor.width > 0, sensor.width % 2 == 0, sensor.height > 0 else {
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
        view.binning = try camera.sensorBinning
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
        source.set(\.view.binning, try camera.sensorBinning)
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
