public import Devices

extension HamamatsuCamera {
    public struct Configuration: Decodable, Sendable {
        /// The file of `libdcamapi`, if it is not where the vendor's installer puts it.
        public var library: String?
        /// The serial number, with or without `S/N: `, also as python-microscope's `camera_id`; the first free camera
        /// without it.
        public var serial: String?
        /// The number of images that may wait for one client; 0 or nothing for the server's default.
        public var bufferLength: BufferLength?
        /// The number of images in the SDK's ring, 16 by default, at least 3.
        public var bufferCount: Count?
        /// Whether the sensor is cooled from the start, true by default.
        public var cooling: Bool?
        /// A transform that compensates for how the camera is mounted; none by default.
        public var readoutTransform: Transform?

        private enum CodingKeys: String, CodingKey {
            case library, serial, cooling
            case cameraID = "camera_id"
            case bufferLength = "buffer_length"
            case bufferCount = "num_buffers"
            case readoutTransform = "readout_transform"
        }

        public init(
            library: String? = nil,
            serial: String? = nil,
            bufferLength: BufferLength? = nil,
            bufferCount: Count? = nil,
            cooling: Bool? = nil,
            readoutTransform: Transform? = nil
        ) {
            (self.library, self.serial, self.cooling) = (library, serial, cooling)
            (self.bufferLength, self.bufferCount) = (bufferLength, bufferCount)
            self.readoutTransform = readoutTransform
        }

        public init(from decoder: any Decoder) throws {
            let options = try decoder.container(keyedBy: CodingKeys.self)
            library = try options.decodeIfPresent(String.self, forKey: .library)
            serial =
                try options.decodeIfPresent(String.self, forKey: .serial)
                ?? options.decodeIfPresent(String.self, forKey: .cameraID)
            bufferLength = try options.decodeIfPresent(BufferLength.self, forKey: .bufferLength)
            bufferCount = try options.decodeIfPresent(Count.self, forKey: .bufferCount)
            cooling = try options.decodeIfPresent(Bool.self, forKey: .cooling)
            readoutTransform = try options.decodeIfPresent(Transform.self, forKey: .readoutTransform)
        }
    }
}

extension Driver where Configuration == HamamatsuCamera.Configuration {
    public static var hamamatsuDCAM: Self {
        var driver = Driver(
            "hamamatsu-dcam",
            "a Hamamatsu camera of DCAM-API 4: ORCA-Flash4.0, ORCA-Fusion, ImagEM X2 and others",
            // Only the vendor's id is known; cameras on frame grabbers are not on USB.
            attached: { configuration in .usb(kinds: ["0661"], serial: configuration?.serial) },
            open: { configuration, context in
                let library =
                    context.isSimulated ? try DCAMLibrary.simulated() : try DCAMLibrary.installed(configuration.library)
                return try HamamatsuCamera.open(library, configuration, context)
            }
        )
        driver.loadLibrary = { _ = try DCAMLibrary.installed(nil) }
        driver.listedDevices = { context in
            let library = context.isSimulated ? try DCAMLibrary.simulated() : try DCAMLibrary.installed(nil)
            return try DCAMSession.shared(library, isSimulated: context.isSimulated).listedDevices()
        }
        return driver.proven(
            Proof(
                sources: """
                    public drivers and bindings of DCAM-API 4, and their users' reports; no version of the library
                    """,
                witnesses: [
                    .pythonMicroscope("images, exposure, pixel type", tests: "test_class_of_python_microscope"),
                    Witness(
                        "pylablib 1.4.3",
                        "cameras, limits, images, triggers, errors",
                        tests: "test_pylablib_finds_the_cameras",
                        "test_pylablib_agrees_in_limits_and_images",
                        "test_pylablib_triggers",
                        "test_pylablib_gets_the_errors",
                        "test_second_process_does_not_get_the_library"
                    ),
                ],
                untested: ["ORCA-Spark", "ORCA-Lightning", "cameras on frame grabbers"]
            )
        )
    }
}

extension HamamatsuCamera {
    static func open(
        _ library: DCAMLibrary,
        _ configuration: Configuration,
        _ context: DriverContext
    ) throws -> HamamatsuCamera {
        let session = DCAMSession.shared(library, isSimulated: context.isSimulated)
        let camera = try DCAMCamera(session, serial: configuration.serial.map(DCAMSession.number))
        do {
            let version = (try? camera.text(.libraryVersion)) ?? "of unknown version"
            let firmware = (try? camera.text(.firmware)).map { ", firmware \($0)" } ?? ""
            context.log.info("\(camera.model) \(camera.serialNumber)\(firmware), \(library.path) \(version)")
            return try HamamatsuCamera(camera, configuration, log: context.log)
        } catch {
            camera.close()
            camera.releaseLibrary()
            throw error
        }
    }
}
