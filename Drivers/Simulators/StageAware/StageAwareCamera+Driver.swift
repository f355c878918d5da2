public import Devices

extension StageAwareCamera {
    public struct Options: Decodable, Sendable {
        /// Cells unless given.
        public var image: SpecimenSource?
        /// The stage whose position selects the part of the image, with axes x, y and z.
        public var stage: PartOption<PartStage>
        /// The filter wheel whose position selects the channel.
        public var filterWheel: PartOption<PartFilterWheel>
        /// Width and height in pixels, 512 each unless given.
        public var sensorShape: SensorShape?
        public var bufferLength: BufferLength?
        /// Whether exposure and read-out take their time, as they do unless given.
        public var hasRealisticTiming: Bool?
        /// Seconds that the whole sensor takes to be read.
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
        Driver("stage-aware-camera", "a camera that sees what of an image a stage and a filter wheel select") {
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
