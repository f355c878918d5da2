public import Devices
internal import Platform
internal import SDKCameras

extension RPiCamera {
    public struct Configuration: Decodable, Sendable {
        /// The number of the camera, as `rpicam-hello --list-cameras` prints it; 0 by default.
        public var camera: Int?
        /// Whether clients get the mosaic of the sensor, in 16 bits, and not brightness in 8 bits; false by default.
        public var raw: Bool?
        /// Width and height of images in pixels; for raw images one of the sensor's modes.
        public var frameSize: SensorShape?
        /// Images in a second, 30 by default.
        public var frameRate: NonNegative?
        /// The folder of the programs; by default they are searched for as the shell does.
        public var programs: String?
        /// The number of images that may wait for one client; 0 or nothing for the server's default.
        public var bufferLength: BufferLength?
        /// A transform that compensates for how the camera is mounted; none by default.
        public var readoutTransform: Transform?

        private enum CodingKeys: String, CodingKey {
            case camera, raw, programs
            case frameSize = "frame_size"
            case frameRate = "frame_rate"
            case bufferLength = "buffer_length"
            case readoutTransform = "readout_transform"
        }

        public init(
            camera: Int? = nil,
            raw: Bool? = nil,
            frameSize: SensorShape? = nil,
            frameRate: NonNegative? = nil,
            programs: String? = nil,
            bufferLength: BufferLength? = nil,
            readoutTransform: Transform? = nil
        ) {
            (self.camera, self.raw, self.frameSize, self.frameRate) = (camera, raw, frameSize, frameRate)
            (self.programs, self.bufferLength, self.readoutTransform) = (programs, bufferLength, readoutTransform)
        }
    }
}

extension Driver where Configuration == RPiCamera.Configuration {
    public static var rpicam: Self {
        Driver(
            "rpicam",
            "a camera at the camera connector of a Raspberry Pi, through rpicam-apps",
            open: { configuration, context in
                let program =
                    context.isSimulated
                    ? try RPiProgram.simulated() : try RPiProgram(folder: configuration.programs)
                return try RPiCamera.open(program, configuration, context.log)
            }
        ).proven(
            Proof(
                sources: "the text of rpicam-apps of July 2026 and the documentation of libcamera; no camera",
                untested: ["every camera of a Raspberry Pi"]
            )
        )
    }
}

extension RPiCamera {
    static func open(
        _ program: RPiProgram,
        _ configuration: Configuration,
        options: AcquisitionOptions = AcquisitionOptions(),
        _ log: DeviceLog
    ) throws -> RPiCamera {
        var wishes = RPiSession.Wishes()
        wishes.isRaw = configuration.raw ?? false
        if let rate = configuration.frameRate?.value, rate > 0 { wishes.rate = rate }
        let session = try RPiSession(program, camera: configuration.camera ?? 0, wishes)
        let sensor = session.sensor
        let first = sensor.modes.first
        let size =
            configuration.frameSize
            ?? (wishes.isRaw
                ? SensorShape(width: first?.width ?? sensor.width, height: first?.height ?? sensor.height)
                : SensorShape(width: 640, height: 480))
        if wishes.isRaw {
            guard let mode = sensor.modes.first(where: { $0.width == size.width && $0.height == size.height }) else {
                let modes = sensor.modes.map { "\($0.width)x\($0.height)" }.joined(separator: ", ")
                throw DeviceError(
                    .initialise,
                    "\(session.serialNumber) has no raw images of \(size.width)x\(size.height), only \(modes)"
                )
            }
            session.wishes.withLock { $0.bits = mode.bits }
        } else if size.width % 64 != 0 || size.height % 2 != 0 {
            throw DeviceError(
                .initialise,
                "images of \(size.width)x\(size.height) have gaps between their rows: the width must be a multiple of 64, "
                    + "the height even"
            )
        }
        session.wishes.withLock { ($0.width, $0.height) = (size.width, size.height) }
        log.info("\(sensor.model) at \(sensor.path)")
        return try RPiCamera(session, configuration, options: options, log: log)
    }
}
