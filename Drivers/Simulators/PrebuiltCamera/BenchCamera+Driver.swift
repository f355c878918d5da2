public import Devices

extension BenchCamera {
    public struct Configuration: Decodable, Sendable {
        /// Width and height in pixels, 512 each unless given.
        public var sensorShape: SensorShape?
        /// How many frames are made beforehand, 6 unless given.
        public var ring: Count?
        /// How many images may wait for one client; 0 leaves it to the server, as leaving it out does.
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
            // As numpy has it, height first, and as the same camera of the Python benchmark takes it.
            let arrayShape = try options.decodeIfPresent(SensorShape.self, forKey: .shape)?.transposed
            self.init(
                sensorShape: sensorShape ?? arrayShape,
                ring: try options.decodeIfPresent(Count.self, forKey: .ring),
                bufferLength: try options.decodeIfPresent(BufferLength.self, forKey: .bufferLength)
            )
        }
    }
}

extension Driver where Configuration == BenchCamera.Configuration {
    public static var prebuiltCamera: Self {
        Driver("prebuilt-camera", "a camera with frames made beforehand, for benchmarks") { configuration, _ in
            BenchCamera(configuration)
        }
    }
}
