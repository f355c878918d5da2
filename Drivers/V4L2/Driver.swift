public import Devices
internal import Transports

extension V4L2Camera {
    public struct Configuration: Decodable, Sendable {
        /// The serial number of the USB camera.
        public var serial: String?
        /// The USB port, `1-4.2`, for a camera without a serial number of its own.
        public var port: String?
        /// The device file or a link to it, such as `/dev/v4l/by-id/usb-…-video-index0`.
        public var device: String?
        /// The kernel's code of the pixel format, such as `YUYV`; as the camera has it without this option.
        public var pixelFormat: String?
        /// Width and height of images in pixels; as the camera has it without this option.
        public var frameSize: SensorShape?
        /// Images in a second; the camera takes the nearest rate that it has.
        public var frameRate: NonNegative?
        /// What clients get of images with colours, `luma` by default.
        public var channel: ChannelOption?
        /// The number of images that may wait for one client; 0 or nothing for the server's default.
        public var bufferLength: BufferLength?
        /// How many buffers the kernel has, 8 by default, 2 to 32.
        public var bufferCount: Count?
        /// A transform that compensates for how the camera is mounted; none by default.
        public var readoutTransform: Transform?

        private enum CodingKeys: String, CodingKey {
            case serial, port, device, channel
            case pixelFormat = "pixel_format"
            case frameSize = "frame_size"
            case frameRate = "frame_rate"
            case bufferLength = "buffer_length"
            case bufferCount = "num_buffers"
            case readoutTransform = "readout_transform"
        }

        public init(
            serial: String? = nil,
            port: String? = nil,
            device: String? = nil,
            pixelFormat: String? = nil,
            frameSize: SensorShape? = nil,
            frameRate: NonNegative? = nil,
            channel: ChannelOption? = nil,
            bufferLength: BufferLength? = nil,
            bufferCount: Count? = nil,
            readoutTransform: Transform? = nil
        ) {
            (self.serial, self.port, self.device) = (serial, port, device)
            (self.pixelFormat, self.frameSize, self.frameRate) = (pixelFormat, frameSize, frameRate)
            (self.channel, self.bufferLength, self.bufferCount) = (channel, bufferLength, bufferCount)
            self.readoutTransform = readoutTransform
        }

        var selection: VideoSelection { VideoSelection(path: device, serial: serial, port: port) }
    }

    /// What clients get of images with colours.
    public struct ChannelOption: Decodable, Sendable {
        let channel: VideoChannel

        public init(from decoder: any Decoder) throws {
            let name = try String(from: decoder)
            guard let channel = VideoChannel.allCases.first(where: { "\($0)" == name }) else {
                let names = VideoChannel.allCases.map { "\($0)" }.joined(separator: ", ")
                throw decoder.invalid("must be one of \(names) (was '\(name)')")
            }
            self.channel = channel
        }
    }
}

extension Driver where Configuration == V4L2Camera.Configuration {
    public static var v4l2: Self {
        Driver(
            "v4l2",
            "a USB camera of the standard class, or another one of the kernel's Video4Linux",
            attached: { configuration in
                .video(path: configuration?.device, serial: configuration?.serial, port: configuration?.port)
            },
            open: { configuration, context in
                let system: any VideoSystem =
                    context.isSimulated ? SimulatedVideo(configuration.selection, context) : LinuxVideo()
                return try V4L2Camera.open(system, configuration, context)
            }
        ).proven(
            Proof(
                sources: "the kernel's header, documentation and drivers (uvcvideo, videobuf2, vivid)",
                untested: ["The Imaging Source DMK and DFK"]
            )
        )
    }
}

extension V4L2Camera {
    static func open(
        _ system: any VideoSystem,
        _ configuration: Configuration,
        _ context: DriverContext
    ) throws -> V4L2Camera {
        let camera = try VideoCamera(system, configuration.selection)
        do {
            context.log.info("\(camera.model) \(camera.serialNumber) at \(camera.path), \(camera.kernelDriver)")
            return try V4L2Camera(camera, configuration, log: context.log)
        } catch {
            camera.close()
            throw error
        }
    }
}
