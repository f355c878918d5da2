public import Devices

extension XIMEACamera {
    public struct Configuration: Decodable, Sendable {
        /// The file of `libm3api`, if it is not where the vendor's installer puts it.
        public var library: String?
        /// The serial number, also as python-microscope's `serial_number`; the first free camera without it.
        public var serial: String?
        /// The number of images that may wait for one client; 0 or nothing for the server's default.
        public var bufferLength: BufferLength?
        /// The number of buffers for images, 16 by default; the library keeps one image more.
        public var bufferCount: Count?
        /// The format of the pixels, MONO16 by default.
        public var format: Format?
        /// The part of the bus that the camera may use, in megabits per second; the library measures without it.
        public var bandwidth: Count?
        /// Whether the sensor is cooled from the start, true by default.
        public var cooling: Bool?
        /// A transform that compensates for how the camera is mounted; none by default.
        public var readoutTransform: Transform?

        /// The formats of pixels that clients can get.
        public enum Format: String, Decodable, Sendable, CaseIterable {
            case mono8 = "MONO8"
            case mono16 = "MONO16"
            case raw8 = "RAW8"
            case raw16 = "RAW16"
        }

        private enum CodingKeys: String, CodingKey {
            case library, serial, format, bandwidth, cooling
            case serialNumber = "serial_number"
            case bufferLength = "buffer_length"
            case bufferCount = "num_buffers"
            case readoutTransform = "readout_transform"
        }

        public init(
            library: String? = nil,
            serial: String? = nil,
            bufferLength: BufferLength? = nil,
            bufferCount: Count? = nil,
            format: Format? = nil,
            bandwidth: Count? = nil,
            cooling: Bool? = nil,
            readoutTransform: Transform? = nil
        ) {
            (self.library, self.serial, self.format, self.cooling) = (library, serial, format, cooling)
            (self.bufferLength, self.bufferCount, self.bandwidth) = (bufferLength, bufferCount, bandwidth)
            self.readoutTransform = readoutTransform
        }

        public init(from decoder: any Decoder) throws {
            let options = try decoder.container(keyedBy: CodingKeys.self)
            library = try options.decodeIfPresent(String.self, forKey: .library)
            serial =
                try options.decodeIfPresent(String.self, forKey: .serial)
                ?? options.decodeIfPresent(String.self, forKey: .serialNumber)
            bufferLength = try options.decodeIfPresent(BufferLength.self, forKey: .bufferLength)
            bufferCount = try options.decodeIfPresent(Count.self, forKey: .bufferCount)
            format = try options.decodeIfPresent(Format.self, forKey: .format)
            bandwidth = try options.decodeIfPresent(Count.self, forKey: .bandwidth)
            cooling = try options.decodeIfPresent(Bool.self, forKey: .cooling)
            readoutTransform = try options.decodeIfPresent(Transform.self, forKey: .readoutTransform)
        }
    }
}

extension XIMEACamera.Configuration.Format {
    /// The SDK's value.
    var rawFormat: XiFormat {
        switch self {
        case .mono8: .mono8
        case .mono16: .mono16
        case .raw8: .raw8
        case .raw16: .raw16
        }
    }
}

extension Driver where Configuration == XIMEACamera.Configuration {
    public static var ximea: Self {
        var driver = Driver(
            "ximea",
            "a XIMEA camera of xiAPI: xiQ, xiC, xiX, xiJ, xiMU, xiB",
            // The vendor's id; cameras on PCIe are not on USB.
            attached: { configuration in .usb(kinds: ["20f7"], serial: configuration?.serial) },
            open: { configuration, context in
                let library =
                    context.isSimulated ? try XiLibrary.simulated() : try XiLibrary.installed(configuration.library)
                return try XIMEACamera.open(library, configuration, context.log)
            }
        )
        driver.loadLibrary = { _ = try XiLibrary.installed(nil) }
        driver.listedDevices = { context in
            let library = context.isSimulated ? try XiLibrary.simulated() : try XiLibrary.installed(nil)
            return try XiCamera.listed(library)
        }
        return driver.proven(
            Proof(
                sources: """
                    the vendor's Python package 4.27.13 with its descriptions of 425 models, and public drivers; no \
                    library for Linux and no camera
                    """,
                witnesses: [
                    Witness(
                        "ximea-py 4.27.13.3",
                        "cameras, parameters, limits, images, errors, also under python-microscope's class",
                        tests: "test_vendors_package_finds_the_cameras",
                        "test_vendors_package_agrees_in_limits_and_images",
                        "test_vendors_package_gets_the_errors",
                        "test_class_of_python_microscope_takes_ximea_images"
                    ),
                ],
                untested: ["xiX", "xiJ", "xiMU", "xiB", "cameras on PCIe"]
            )
        )
    }
}

extension XIMEACamera {
    static func open(_ library: XiLibrary, _ configuration: Configuration, _ log: DeviceLog) throws -> XIMEACamera {
        let camera = try XiCamera(library, serial: configuration.serial)
        do {
            let version = (try? camera.string("api_version")) ?? "of unknown version"
            log.info("\(camera.model) \(camera.serialNumber), \(library.path) \(version)")
            return try XIMEACamera(camera, configuration, log: log)
        } catch {
            camera.close()
            throw error
        }
    }
}
