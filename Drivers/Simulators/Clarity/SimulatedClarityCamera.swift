public import Devices
internal import Pickle

/// A simulated camera that sees what a Clarity casts on its sensor: two halves, depending on disk and lamp.
public final class SimulatedClarityCamera: SimulatedCamera {
    private let clarity: any RemotePart
    private let scene: ClarityScene
    private let pool = FramePool()

    /// - Parameter clarity: an Aurox Clarity, usually a simulated one.
    public init(_ clarity: any RemotePart, _ configuration: SimulatedCamera.Configuration) {
        self.clarity = clarity
        var configuration = configuration
        let shape = configuration.sensorShape ?? SensorShape(width: 1024, height: 512)
        configuration.sensorShape = shape
        scene = ClarityScene(width: shape.width, height: shape.height)
        super.init(configuration)
    }

    override func subject() throws -> any Subject {
        let sectioning = Int(python: try clarity.link.call("get_slide_position", []))
        guard let sectioning, case .dict(let status) = try clarity.link.call("get_status", []) else {
            throw DeviceError(
                .failed,
                "\(clarity.link.name) does not report the position of its disk and whether its lamp is on"
            )
        }
        let light = ClarityLight(sectioning: sectioning, isLampOn: status["calibration"] == .bool(true))
        return ClarityHalves(scene: scene, light: light, pool: pool)
    }

    public override var settings: [Setting] { [roiSetting] }
}

/// The two halves on the sensor at a moment.
private struct ClarityHalves: Subject {
    let scene: ClarityScene
    let light: ClarityLight
    let pool: FramePool

    /// The level of a pixel without light.
    private static let dark: Float = 100

    func image(_ settings: SensorSettings, number: Int) -> Frame {
        let roi = settings.roi
        var picture = Picture(width: roi.width, height: roi.height)
        for y in 0..<roi.height {
            for x in 0..<roi.width { picture[x, y] = scene.level(roi.left + x, roi.top + y, light) }
        }
        picture = picture.joined(settings.binning)
        let buffer = pool.buffer(byteCount: picture.pixels.count * 2)
        unsafe buffer.write { memory in
            let canvas = unsafe Canvas<UInt16>(memory, width: picture.width, height: picture.height)
            for y in 0..<picture.height {
                canvas.paint(row: y) { x in UInt16(level: Int(Self.dark + picture[x, y] + 0.5)) }
            }
        }
        // The buffer has been made for these sides.
        return Frame(width: picture.width, height: picture.height, .uint16, pixels: Bytes(buffer))!
    }
}

extension SimulatedClarityCamera {
    public struct Options: Decodable, Sendable {
        /// The Clarity in front of the camera.
        public var clarity: PartOption<PartFilterWheel>
        /// Width and height in pixels of both halves together, 1024 and 512 by default.
        public var sensorShape: SensorShape?
        public var bufferLength: BufferLength?
        /// Whether exposure and read-out take time, true by default.
        public var hasRealisticTiming: Bool?
        /// The read-out time of the whole sensor in seconds.
        public var readoutTime: NonNegative?

        private enum CodingKeys: String, CodingKey {
            case clarity
            case sensorShape = "sensor_shape"
            case bufferLength = "buffer_length"
            case hasRealisticTiming = "realistic_timing"
            case readoutTime = "readout_time"
        }

        public init(
            clarity: PartOption<PartFilterWheel>,
            sensorShape: SensorShape? = nil,
            bufferLength: BufferLength? = nil,
            hasRealisticTiming: Bool? = nil,
            readoutTime: NonNegative? = nil
        ) {
            (self.clarity, self.sensorShape, self.bufferLength) = (clarity, sensorShape, bufferLength)
            (self.hasRealisticTiming, self.readoutTime) = (hasRealisticTiming, readoutTime)
        }
    }
}

extension Driver where Configuration == SimulatedClarityCamera.Options {
    public static var simulatedClarityCamera: Self {
        Driver(
            "simulated-clarity-camera",
            "a simulated camera that sees the two halves of an Aurox Clarity",
            isSimulator: true
        ) {
            options,
            context in
            SimulatedClarityCamera(
                try options.clarity.open(context),
                .init(
                    sensorShape: options.sensorShape,
                    bufferLength: options.bufferLength,
                    hasRealisticTiming: options.hasRealisticTiming,
                    readoutTime: options.readoutTime
                )
            )
        }
    }
}
