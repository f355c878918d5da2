public import Devices
internal import SDKCameras
internal import SimulatedGigE
internal import Transports

extension GenICamCamera {
    public struct Configuration: Decodable, Sendable {
        /// The file of `libaravis-0.8`, if it is not where the system's loader looks.
        public var library: String?
        /// What the camera is chosen by: one of these is needed.
        public var serial, userID, mac, address: String?
        /// The name of a pixel format, as `Mono12p`; the camera's own without it.
        public var pixelFormat: String?
        /// The features that clients see: those for beginners, for experts too (by default), or all.
        public var visibility: Visibility?
        /// The entry of `TriggerSource` for signals, `Line1`; the camera's first one without it.
        public var triggerLine: String?
        /// The size of packets in bytes, if it is not to be found out.
        public var packetSize: Count?
        /// Whether packets may be read below the system's UDP, where rights allow it; true by default.
        public var packetSocket: Bool?
        /// The number of images that may wait for one client; 0 or nothing for the server's default.
        public var bufferLength: BufferLength?
        /// The number of buffers in Aravis' queue, 16 by default, at least 3.
        public var bufferCount: Count?
        /// A transform that compensates for how the camera is mounted; none by default.
        public var readoutTransform: Transform?
        /// The model that a simulation shows: `sfnc`, `classic`, `color` or `rich`.
        public var simulatedModel: String?

        private enum CodingKeys: String, CodingKey {
            case library, serial, mac, address, visibility
            case userID = "user_id"
            case pixelFormat = "pixel_format"
            case triggerLine = "trigger_line"
            case packetSize = "packet_size"
            case packetSocket = "packet_socket"
            case bufferLength = "buffer_length"
            case bufferCount = "num_buffers"
            case readoutTransform = "readout_transform"
            case simulatedModel = "simulated_model"
        }

        public init(serial: String) { self.serial = serial }

        public init(from decoder: any Decoder) throws {
            let options = try decoder.container(keyedBy: CodingKeys.self)
            library = try options.decodeIfPresent(String.self, forKey: .library)
            serial = try options.decodeIfPresent(String.self, forKey: .serial)
            userID = try options.decodeIfPresent(String.self, forKey: .userID)
            mac = try options.decodeIfPresent(String.self, forKey: .mac)
            address = try options.decodeIfPresent(String.self, forKey: .address)
            pixelFormat = try options.decodeIfPresent(String.self, forKey: .pixelFormat)
            visibility = try options.decodeIfPresent(Visibility.self, forKey: .visibility)
            triggerLine = try options.decodeIfPresent(String.self, forKey: .triggerLine)
            packetSize = try options.decodeIfPresent(Count.self, forKey: .packetSize)
            packetSocket = try options.decodeIfPresent(Bool.self, forKey: .packetSocket)
            bufferLength = try options.decodeIfPresent(BufferLength.self, forKey: .bufferLength)
            bufferCount = try options.decodeIfPresent(Count.self, forKey: .bufferCount)
            readoutTransform = try options.decodeIfPresent(Transform.self, forKey: .readoutTransform)
            simulatedModel = try options.decodeIfPresent(String.self, forKey: .simulatedModel)
            guard [serial, userID, mac, address].contains(where: { $0 != nil }) else {
                throw decoder.invalid(
                    "must have serial, user_id, mac or address: cameras are not chosen by their order"
                )
            }
            if let address, IPv4Address(address) == nil {
                throw decoder.invalid("address must be four numbers with dots, not \(address)")
            }
            if let simulatedModel, CameraModel(simulatedModel) == nil {
                let names = CameraModel.names.joined(separator: ", ")
                throw decoder.invalid("simulated_model must be one of \(names), not \(simulatedModel)")
            }
        }
    }

    /// Which features clients see.
    public enum Visibility: String, Decodable, Sendable {
        case beginner, expert, guru

        var number: Int {
            switch self {
            case .beginner: 3
            case .expert: 2
            case .guru: 1
            }
        }

        static func name(_ number: Int) -> String {
            switch number {
            case 3...: "beginner"
            case 2: "expert"
            default: "guru"
            }
        }
    }
}

extension Driver where Configuration == GenICamCamera.Configuration {
    public static var genICam: Self {
        var driver = Driver(
            "genicam",
            "a camera of GigE Vision or USB3 Vision, through Aravis: Basler, FLIR, Allied Vision, IDS, Lucid and others",
            attached: { configuration in
                .usb(
                    kinds: ["2676", "199e", "1e10", "2ba2", "2e03", "1421", "1409", "1ab2", "2bdf"],
                    serial: configuration?.serial
                )
            },
            open: { configuration, context in
                try GenICamCamera.open(configuration, context)
            }
        )
        driver.loadLibrary = { _ = try AravisLibrary.installed(nil) }
        return driver.proven(
            Proof(
                sources: "Aravis 0.8.26 and its documentation, programs that use it, and their users' reports",
                witnesses: [
                    Witness(
                        "Aravis 0.8.26",
                        "its simulated camera with the driver; its tools with the simulation of ours",
                        tests: "test_driver_with_the_simulated_camera_of_aravis",
                        "test_arv_tool_reads_and_writes_the_simulation",
                        "test_arv_camera_test_takes_images"
                    )
                ],
                untested: ["all real cameras", "USB3 Vision"]
            )
        )
    }
}

extension GenICamCamera {
    static func open(_ configuration: Configuration, _ context: DriverContext) throws -> GenICamCamera {
        let library = try AravisLibrary.installed(configuration.library)
        let place = try place(configuration, context)
        var options = AravisCamera.StreamOptions()
        options.usesPacketSocket = configuration.packetSocket ?? true
        options.packetSize = configuration.packetSize?.value
        let camera: AravisCamera
        do { camera = try AravisCamera(library, place, options) } catch {
            if case .simulated(let simulation) = place { simulation.close() }
            throw error
        }
        do {
            context.log.info("\(camera.model) \(camera.serialNumber), \(library.path) \(library.versionText)")
            return try GenICamCamera(camera, configuration, log: context.log)
        } catch {
            camera.close()
            camera.releaseLibrary()
            throw error
        }
    }

    private static func place(_ configuration: Configuration, _ context: DriverContext) throws -> CameraPlace {
        if context.isSimulated {
            let name = configuration.serial ?? configuration.userID ?? configuration.mac ?? configuration.address ?? "1"
            guard let model = CameraModel(configuration.simulatedModel ?? "sfnc") else {
                throw DeviceError(.initialise, "there is no simulated model \(configuration.simulatedModel ?? "")")
            }
            do {
                return .simulated(
                    try SimulatedGigECamera(
                        model,
                        serial: String(name.prefix(15)),
                        userName: String((configuration.userID ?? "").prefix(15))
                    )
                )
            } catch { throw DeviceError(.initialise, "the simulated camera cannot be started: \(error)") }
        }
        if let serial = configuration.serial {
            guard let text = configuration.address, let address = IPv4Address(text) else { return .serial(serial) }
            // Known already; the serial number is compared all the same.
            return .known(address, serial: serial)
        }
        if let name = configuration.userID { return .userID(name) }
        if let mac = configuration.mac { return .mac(mac) }
        guard let address = configuration.address.flatMap({ IPv4Address($0) }) else {
            throw DeviceError(.initialise, "a camera needs serial, user_id, mac or address")
        }
        return .known(address, serial: nil)
    }
}
