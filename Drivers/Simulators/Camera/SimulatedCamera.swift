public import Devices

/// A camera with no sensor, whose images are made up.
public class SimulatedCamera: Camera, OnlyTriggersOnceOnSoftware {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    public let showsShutteringMode: Bool
    public private(set) var shutteringMode = ElectronicShutteringMode.global
    let sensor: SimulatedSensor
    private let patterns = Patterns()
    // For clients that try their settings panel; nothing depends on them.
    private var aSetting = 0
    private var gain = 0

    public init(_ configuration: Configuration) {
        bufferLength = configuration.bufferLength?.value
        showsShutteringMode = configuration.showsShutteringMode ?? false
        let shape = configuration.sensorShape ?? SensorShape(width: 512, height: 512)
        sensor = SimulatedSensor(
            SensorSettings(
                shape: shape,
                roi: ROI(left: 0, top: 0, width: shape.width, height: shape.height),
                fullReadoutTime: configuration.readoutTime?.value ?? 0,
                isRealistic: configuration.hasRealisticTiming ?? true
            )
        )
    }

    // A subclass is another class in Python as well.
    public var typeName: String { "\(type(of: self))" }

    public var dataSource: any DataSource { sensor }

    public func performEnable() { sensor.start() }
    public func performDisable() { sensor.stop() }
    public func abort() { sensor.stop() }
    public func performShutdown() {}
    public func performTrigger() throws { sensor.trigger(showing: try subject()) }

    /// What is before the sensor at this moment.
    func subject() throws -> any Subject { patterns }

    public var exposureTime: Double { sensor.settings.exposureTime }
    public func setExposureTime(_ seconds: Double) { sensor.settings.exposureTime = min(seconds, Self.longestExposure) }
    public var cycleTime: Double { exposureTime + sensor.settings.readoutTime }

    private static let longestExposure = 3600.0

    public var sensorShape: SensorShape { sensor.settings.shape }
    public var sensorBinning: Binning { sensor.settings.binning }
    public func setSensorBinning(_ binning: Binning) { sensor.settings.binning = binning }
    public var sensorROI: ROI { sensor.settings.roi }
    public func setSensorROI(_ roi: ROI) -> Bool {
        sensor.settings.roi = roi
        return true
    }

    public func setShutteringMode(_ mode: ElectronicShutteringMode) { shutteringMode = mode }

    public var settings: [Setting] {
        [
            roiSetting,
            Setting("image pattern", of: self, \.sensor.settings.style.pattern),
            Setting("image data type", of: self, \.sensor.settings.style.pixelType),
            Setting("display image number", of: self, \.sensor.settings.style.showsNumber),
            Setting("a_setting", of: self, \.aSetting, in: 1...100),
            Setting("_error_percent", in: 0...100, get: { self.errorPercent }, set: { self.errorPercent = $0 }),
            Setting("gain", of: self, \.gain, in: 0...8192),
        ]
    }

    private var errorPercent: Int {
        get { sensor.settings.errorPercent }
        set {
            sensor.settings.errorPercent = newValue
            aSetting = newValue / 10
        }
    }
}
