public import Devices
internal import Pickle

/// A simulated camera that sees the part of a specimen that stage, filter wheel and pixel size select.
public final class StageAwareCamera: SimulatedCamera {
    private let specimen: Specimen
    private let x, y, z: any StageAxis
    private let filterWheel: any FilterWheel
    private let light: (any LightSource)?
    /// In units of the stage.
    private var pixelSize = 1.0
    private let pool = FramePool()

    /// - Parameters:
    ///   - stage: has the axes x and y, in the units of the pixel size, and z, which is in focus at 0.
    ///   - filterWheel: has a position for each channel of the specimen.
    ///   - light: the illumination; without one the specimen is fully lit.
    public init(
        _ specimen: Specimen,
        stage: any Stage,
        filterWheel: any FilterWheel,
        light: (any LightSource)? = nil,
        _ configuration: SimulatedCamera.Configuration
    ) throws {
        func axis(_ name: String) throws -> any StageAxis {
            guard let axis = stage.axes.first(where: { $0.name == name })?.axis else {
                let names = stage.axes.map(\.name).joined(separator: ", ")
                throw DeviceError(.initialise, "the camera needs a stage with axes x, y and z, not with \(names)")
            }
            return axis
        }
        (x, y, z) = (try axis("x"), try axis("y"), try axis("z"))
        let (channels, positions) = (specimen.channelCount, filterWheel.positionCount)
        guard channels == positions else {
            throw DeviceError(
                .initialise,
                "image has \(channels) channels, but filter wheel has \(positions) positions"
            )
        }
        self.specimen = specimen
        self.filterWheel = filterWheel
        self.light = light
        super.init(configuration)
    }

    override func subject() throws -> any Subject {
        let channel = try filterWheel.position
        guard (0..<specimen.channelCount).contains(channel) else {
            throw DeviceError(.failed, "there is no channel for position \(channel) of the filter wheel")
        }
        return FieldOfView(
            specimen: specimen,
            channel: channel,
            centre: (try x.position / pixelSize, try y.position / pixelSize),
            sigma: abs(try z.position) / 10,
            brightness: Float(try light?.power ?? 1),
            pool: pool
        )
    }

    public override var settings: [Setting] {
        [Setting("pixel size", in: 0...Double.infinity, get: { self.pixelSize }, set: setPixelSize)]
    }

    private func setPixelSize(_ size: Double) throws {
        guard size > 0 else {
            throw SettingError.outOfRange("pixel size", size.python, allowed: (0...Double.infinity).python)
        }
        pixelSize = size
    }
}

extension StageAwareCamera {
    public struct Options: Decodable, Sendable {
        /// Cells by default.
        public var image: SpecimenSource?
        /// The stage whose position selects the part of the image, with axes x, y and z.
        public var stage: PartOption<PartStage>
        /// The filter wheel whose position selects the channel.
        public var filterWheel: PartOption<PartFilterWheel>
        /// Width and height in pixels, 512 each by default.
        public var sensorShape: SensorShape?
        public var bufferLength: BufferLength?
        /// Whether exposure and read-out take time, true by default.
        public var hasRealisticTiming: Bool?
        /// The read-out time of the whole sensor in seconds.
        public var readoutTime: NonNegative?

        private enum CodingKeys: String, CodingKey {
            case image, stage
            case filterWheel = "filter_wheel"
            case sensorShape = "sensor_shape"
            case bufferLength = "buffer_length"
            case hasRealisticTiming = "realistic_timing"
            case readoutTime = "readout_time"
        }

        public init(
            image: SpecimenSource? = nil,
            stage: PartOption<PartStage>,
            filterWheel: PartOption<PartFilterWheel>,
            sensorShape: SensorShape? = nil,
            bufferLength: BufferLength? = nil,
            hasRealisticTiming: Bool? = nil,
            readoutTime: NonNegative? = nil
        ) {
            (self.image, self.stage, self.filterWheel) = (image, stage, filterWheel)
            (self.sensorShape, self.bufferLength) = (sensorShape, bufferLength)
            (self.hasRealisticTiming, self.readoutTime) = (hasRealisticTiming, readoutTime)
        }

        var camera: SimulatedCamera.Configuration {
            SimulatedCamera.Configuration(
                sensorShape: sensorShape,
                bufferLength: bufferLength,
                hasRealisticTiming: hasRealisticTiming,
                readoutTime: readoutTime
            )
        }
    }
}

extension Driver where Configuration == StageAwareCamera.Options {
    public static var stageAwareCamera: Self {
        Driver(
            "stage-aware-camera",
            "a simulated camera that sees what a stage and a filter wheel select",
            isSimulator: true
        ) {
            options,
            context in
            try StageAwareCamera(
                (options.image ?? .ownImage).specimen(),
                stage: try options.stage.open(context),
                filterWheel: try options.filterWheel.open(context),
                options.camera
            )
        }
    }
}
