public import Devices

/// A camera with frames prepared in advance, for measuring everything behind a camera and nothing of the camera itself.
///
/// In trigger mode `ONCE` it gives a frame for each trigger. In mode `BULB` it runs freely, with the exposure time as
/// the period, or as fast as its frames are taken. The first eight bytes of a frame are its number since `enable`.
public final class PrebuiltCamera: Camera {
    public var isEnabled = false
    public let transforms = Transforms()
    public let bufferLength: Int?
    public let sensorShape: SensorShape
    public let triggerType = TriggerType.software
    public private(set) var triggerMode = TriggerMode.once
    public private(set) var exposureTime = 0.0
    private let source: PrebuiltSource

    public init(_ configuration: Configuration) {
        bufferLength = configuration.bufferLength?.value
        sensorShape = configuration.sensorShape ?? SensorShape(width: 512, height: 512)
        let size = configuration.ring?.value ?? 6
        // Enough for the queues of a client that has stopped reading and of another one, and for subscribers that hold
        // frames, whose memory has a bound of its own.
        let limit = size + 2 * max(32, bufferLength ?? 0) + 192
        source = PrebuiltSource(FrameRing(of: size, growingTo: limit, sensorShape))
    }

    public var dataSource: any DataSource { source }

    public func performEnable() { source.start(triggerMode) }
    public func performDisable() { source.stop() }
    public func abort() { source.stop() }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) throws {
        guard type == .software, mode == .once || mode == .bulb else {
            throw DeviceError(.unsupported, "only software triggers of mode 'once' or 'bulb' are supported")
        }
        triggerMode = mode
        if isEnabled { source.start(mode) }
    }

    public func performTrigger() throws {
        guard triggerMode == .once else {
            throw DeviceError(.incompatibleState, "trigger mode bulb needs no triggers: enable() starts the frames")
        }
        source.trigger()
    }

    public func setExposureTime(_ seconds: Double) {
        exposureTime = min(seconds, 3600)
        source.period = .seconds(exposureTime)
    }
    public var cycleTime: Double { exposureTime }

    public var sensorBinning: Binning { .none }
    public func setSensorBinning(_ binning: Binning) throws {
        guard binning == .none else { throw DeviceError(.unsupported, "prebuilt frames cannot be binned") }
    }

    public var sensorROI: ROI { ROI(left: 0, top: 0, width: sensorShape.width, height: sensorShape.height) }
    public func setSensorROI(_ roi: ROI) -> Bool { roi == sensorROI }

    public var settings: [Setting] { [roiSetting] }
}

extension PrebuiltCamera {
    public struct Configuration: Decodable, Sendable {
        /// Width and height in pixels, 512 each by default.
        public var sensorShape: SensorShape?
        /// The number of frames prepared in advance, 6 by default.
        public var ring: Count?
        /// The number of images that may wait for one client; 0 or nothing for the server's default.
        public var bufferLength: BufferLength?

        private enum CodingKeys: String, CodingKey {
            case sensorShape = "sensor_shape"
            case shape, ring
            case bufferLength = "buffer_length"
        }

        public init(sensorShape: SensorShape? = nil, ring: Count? = nil, bufferLength: BufferLength? = nil) {
            self.sensorShape = sensorShape
            self.ring = ring
            self.bufferLength = bufferLength
        }

        public init(from decoder: any Decoder) throws {
            let options = try decoder.container(keyedBy: CodingKeys.self)
            let sensorShape = try options.decodeIfPresent(SensorShape.self, forKey: .sensorShape)
            // Height first, as in numpy and in the same camera of the Python benchmark.
            let arrayShape = try options.decodeIfPresent(SensorShape.self, forKey: .shape)?.transposed
            self.init(
                sensorShape: sensorShape ?? arrayShape,
                ring: try options.decodeIfPresent(Count.self, forKey: .ring),
                bufferLength: try options.decodeIfPresent(BufferLength.self, forKey: .bufferLength)
            )
        }
    }
}

extension Driver where Configuration == PrebuiltCamera.Configuration {
    public static var prebuiltCamera: Self {
        Driver("prebuilt-camera", "a camera with frames prepared in advance, for benchmarks", isSimulator: true) {
            configuration,
            _ in
            PrebuiltCamera(configuration)
        }
    }
}
