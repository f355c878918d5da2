public import Devices

/// A camera without a sensor that generates its images.
public class SimulatedCamera: Camera, OnlyTriggersOnceOnSoftware {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    public let showsShutteringMode: Bool
    public private(set) var shutteringMode = ElectronicShutteringMode.global
    let sensor: SimulatedSensor
    private let patterns = Patterns()
    // For clients that test their settings panel; nothing depends on them.
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

    // A subclass has a name of its own in Python as well.
    public var typeName: String { "\(type(of: self))" }

    public var dataSource: any DataSource { sensor }

    public func performEnable() { sensor.start() }
    public func performDisable() { sensor.stop() }
    public func abort() { sensor.stop() }
    public func performShutdown() {}
    public func performTrigger() throws { try sensor.trigger(showing: try subject()) }

    /// The subject in front of the sensor at this moment.
    func subject() throws -> any Subject { patterns }

    public var exposureTime: Double { sensor.settings.exposureTime }
    public func setExposureTime(_ seconds: Double) { sensor.settings.exposureTime = min(seconds, Self.longestExposure) }
    public var pendingExposures: Int { sensor.pendingExposures }
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

/// A simulated camera with a setting of each kind of choice, for testing a client's settings panel.
public final class TestCamera: SimulatedCamera {
    private var intChoice = LetterChoice.a
    private var dictChoice = ListedChoice(0)
    private var listChoice = ListedChoice(0)
    private var tupleChoice = ListedChoice(0)

    public override var settings: [Setting] {
        let letters = ["A", "B", "C", "D"]
        let numbered = Array(zip([0, 8, 13, 22], letters)).map { (key: $0, label: $1) }
        return super.settings + [
            Setting("intEnum", of: self, \.intChoice),
            Setting("dictEnum", of: self, \.dictChoice, in: ListedChoices(numbered)),
            Setting("listEnum", of: self, \.listChoice, in: ListedChoices(letters)),
            Setting("tupleEnum", of: self, \.tupleChoice, in: ListedChoices(letters)),
        ]
    }
}

/// Letters with numbers, like a Python enum.
private enum LetterChoice: Int, SettingChoice {
    case a = 1
    case b, c, d

    var label: String { "\(self)".uppercased() }
}

extension SimulatedCamera {
    public struct Configuration: Decodable, Sendable {
        /// Width and height in pixels, 512 each by default.
        public var sensorShape: SensorShape?
        /// The number of images that may wait for one client; 0 or nothing for the server's default.
        public var bufferLength: BufferLength?
        /// Whether exposure and read-out take time, true by default.
        public var hasRealisticTiming: Bool?
        /// The read-out time of the whole sensor in seconds, 0 by default.
        public var readoutTime: NonNegative?
        /// Whether clients see `shuttering_mode`, which clients of python-microscope 0.7 cannot read; false by default.
        public var showsShutteringMode: Bool?

        private enum CodingKeys: String, CodingKey {
            case sensorShape = "sensor_shape"
            case bufferLength = "buffer_length"
            case hasRealisticTiming = "realistic_timing"
            case readoutTime = "readout_time"
            case showsShutteringMode = "shuttering_mode"
        }

        public init(
            sensorShape: SensorShape? = nil,
            bufferLength: BufferLength? = nil,
            hasRealisticTiming: Bool? = nil,
            readoutTime: NonNegative? = nil,
            showsShutteringMode: Bool? = nil
        ) {
            self.sensorShape = sensorShape
            self.bufferLength = bufferLength
            self.hasRealisticTiming = hasRealisticTiming
            self.readoutTime = readoutTime
            self.showsShutteringMode = showsShutteringMode
        }
    }
}

extension Driver where Configuration == SimulatedCamera.Configuration {
    public static var simulatedCamera: Self {
        Driver("simulated-camera", "a simulated camera", isSimulator: true) { configuration, _ in
            SimulatedCamera(configuration)
        }
    }

    public static var testCamera: Self {
        Driver("test-camera", "a simulated camera with a setting of each kind", isSimulator: true) { configuration, _ in
            TestCamera(configuration)
        }
    }
}
