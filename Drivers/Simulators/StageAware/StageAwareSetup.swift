public import Devices

/// A camera, a filter wheel, a stage and optionally a light source, with a specimen on the stage.
public enum StageAwareSetup {
    public struct Configuration: Decodable, Sendable {
        /// Cells by default.
        public var image: SpecimenSource?
        /// Width and height in pixels, 512 each by default.
        public var sensorShape: SensorShape?
        public var bufferLength: BufferLength?
        /// Whether exposures and moves take time, true by default.
        public var hasRealisticTiming: Bool?
        /// The read-out time of the whole sensor in seconds.
        public var readoutTime: NonNegative?
        /// The speed of the stage in its units per second.
        public var speed: NonNegative?
        /// Seconds from one position of the wheel to the next.
        public var travelTime: NonNegative?

        /// Whether there is a light source; without one the specimen is fully lit.
        public var hasLight: Bool?

        private enum CodingKeys: String, CodingKey {
            case image, speed
            case hasLight = "light"
            case sensorShape = "sensor_shape"
            case bufferLength = "buffer_length"
            case hasRealisticTiming = "realistic_timing"
            case readoutTime = "readout_time"
            case travelTime = "travel_time"
        }

        public init(
            image: SpecimenSource? = nil,
            sensorShape: SensorShape? = nil,
            bufferLength: BufferLength? = nil,
            hasRealisticTiming: Bool? = nil,
            readoutTime: NonNegative? = nil,
            speed: NonNegative? = nil,
            travelTime: NonNegative? = nil,
            hasLight: Bool? = nil
        ) {
            (self.image, self.sensorShape, self.bufferLength) = (image, sensorShape, bufferLength)
            (self.hasRealisticTiming, self.readoutTime) = (hasRealisticTiming, readoutTime)
            (self.speed, self.travelTime, self.hasLight) = (speed, travelTime, hasLight)
        }
    }

    /// The camera comes first, so that it is shut down before the devices that it uses.
    ///
    /// - Parameter hardware: the name of the hardware, which stays as it is if its process dies.
    public static func open(_ configuration: Configuration, hardware: String = "") throws -> SimulatedController {
        func name(_ part: String) -> String { hardware.isEmpty ? "" : "\(hardware)/\(part)" }
        let specimen = try (configuration.image ?? .ownImage).specimen()
        // By default, moves without realistic timing have no delay.
        let atOnce: NonNegative? = configuration.hasRealisticTiming == false ? 0 : nil
        let stage = SimulatedStage(
            .init(limits: limits(over: specimen), speed: configuration.speed ?? atOnce),
            hardware: name("stage")
        ) { .now }
        guard let positions = Count(specimen.channelCount) else {
            throw DeviceError(.initialise, "the image has no channels")
        }
        let filterWheel = SimulatedFilterWheel(
            .init(positions: positions, travelTime: configuration.travelTime ?? atOnce),
            hardware: name("filterwheel")
        ) { .now }
        let light = configuration.hasLight == true ? SimulatedLightSource(hardware: name("light")) : nil
        let camera = try StageAwareCamera(
            specimen,
            stage: stage,
            filterWheel: filterWheel,
            light: light,
            .init(
                sensorShape: configuration.sensorShape,
                bufferLength: configuration.bufferLength,
                hasRealisticTiming: configuration.hasRealisticTiming,
                readoutTime: configuration.readoutTime
            )
        )
        let devices: [(String, any Device)] = [("camera", camera), ("filterwheel", filterWheel), ("stage", stage)]
        return SimulatedController(devices + (light.map { [("light", $0)] } ?? []))
    }

    private static func limits(over specimen: Specimen) -> NamedOptions<AxisLimits> {
        [
            "x": AxisLimits(lower: 0, upper: Double(specimen.width)),
            "y": AxisLimits(lower: 0, upper: Double(specimen.height)),
            "z": AxisLimits(lower: -50, upper: 50),
        ]
    }
}

extension Driver where Configuration == StageAwareSetup.Configuration {
    public static var stageAwareSetup: Self {
        Driver("stage-aware-setup", "a simulated camera, filter wheel and stage with one specimen", isSimulator: true) {
            configuration,
            context in
            try StageAwareSetup.open(configuration, hardware: context.hardwareName)
        }
    }
}
