public import Devices

extension SimulatedCamera {
    public struct Configuration: Decodable, Sendable {
        /// Width and height in pixels, 512 each unless given.
        public var sensorShape: SensorShape?
        /// How many images may wait for one client; 0 leaves it to the server, as leaving it out does.
        public var bufferLength: BufferLength?
        /// Whether exposure and read-out take their time, as they do unless given.
        public var hasRealisticTiming: Bool?
        /// Seconds that the whole sensor takes to be read; none unless given.
        public var readoutTime: NonNegative?
        /// Whether clients see `shuttering_mode`, which those of python-microscope 0.7 cannot read; not unless given.
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
        Driver("simulated-camera", "a camera whose images are made up") { configuration, _ in
            SimulatedCamera(configuration)
        }
    }

    public static var testCamera: Self {
        Driver("test-camera", "a simulated camera with a setting of each kind") { configuration, _ in
            TestCamera(configuration)
        }
    }
}
