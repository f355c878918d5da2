public import Devices

extension AndorSDK3Camera {
    public struct Configuration: Decodable, Sendable {
        /// The file of `libatcore`, if it is not where the vendor's installer puts it.
        public var library: String?
        /// The start of the camera's model; other models are not used.
        ///
        /// A SimCam is used only if this names it.
        public var model: String?
        /// The number of images that may wait for one client; 0 or nothing for the server's default.
        public var bufferLength: BufferLength?
        /// The number of buffers in the SDK's queue, 16 by default.
        public var bufferCount: Count?
        /// Whether the sensor is cooled from the start, true by default.
        public var cooling: Bool?
        /// Whether images carry the camera's own time stamps, true by default.
        public var metadata: Bool?
        /// A transform that compensates for how the camera is mounted; none by default.
        public var readoutTransform: Transform?
        /// Whether clients see `shuttering_mode`, which clients of python-microscope 0.7 cannot read; false by default.
        public var showsShutteringMode: Bool?

        private enum CodingKeys: String, CodingKey {
            case library, model, cooling, metadata
            case bufferLength = "buffer_length"
            case bufferCount = "num_buffers"
            case readoutTransform = "readout_transform"
            case showsShutteringMode = "shuttering_mode"
        }

        public init(
            library: String? = nil,
            model: String? = nil,
            bufferLength: BufferLength? = nil,
            bufferCount: Count? = nil,
            cooling: Bool? = nil,
            metadata: Bool? = nil,
            readoutTransform: Transform? = nil,
            showsShutteringMode: Bool? = nil
        ) {
            (self.library, self.model, self.cooling, self.metadata) = (library, model, cooling, metadata)
            (self.bufferLength, self.bufferCount) = (bufferLength, bufferCount)
            (self.readoutTransform, self.showsShutteringMode) = (readoutTransform, showsShutteringMode)
        }

        /// Whether a model is wanted.
        ///
        /// SimCams, which the SDK adds to the real cameras, are wanted only by name.
        func wants(_ model: String) -> Bool {
            guard let wanted = self.model else { return !model.hasPrefix("SIMCAM") }
            return model.hasPrefix(wanted)
        }
    }
}

extension FloatingDriver where Configuration == AndorSDK3Camera.Configuration {
    public static var andorSDK3: Self {
        FloatingDriver(
            "andor-sdk3",
            "an Andor SDK 3 camera: Neo, Zyla, Sona, Marana, Balor",
            kind: { configuration in "\(configuration.library ?? "") \(configuration.model ?? "")" },
            count: AndorSDK3Camera.cameraCount,
            open: AndorSDK3Camera.candidate,
            device: { camera, configuration, context in
                try AndorSDK3Camera(camera, configuration, log: context.log)
            },
            // Only the vendor's id is known; not all devices with it are cameras of this SDK.
            attachment: .usb(kinds: ["136e"]),
            simulating: { uids in ["ANDOR_SDK3_SIMULATED_CAMERAS": uids.joined(separator: ",")] }
        )
        .proven(
            Proof(
                sources: """
                    SDK 3 for Linux 3.5, 3.7, 3.9 to 3.13 and 3.15; Neo, Zyla, Sona and Marana, as drivers by others and \
                    their users describe them; no firmware of a camera
                    """,
                witnesses: [
                    Witness(
                        "andor3 0.3.5",
                        "features, areas, images, triggers, callbacks, errors",
                        tests: "test_andor_features_with_andor3",
                        "test_andor_images_with_andor3",
                        "test_andor_areas_with_andor3",
                        "test_andor_triggers_with_andor3",
                        "test_andor_callbacks_with_andor3",
                        "test_andor_errors_with_andor3",
                        "test_an_absent_andor_camera_with_andor3"
                    ),
                    Witness(
                        "pylablib 1.4.3",
                        "opening of each model, areas, images by both triggers",
                        tests: "test_andor_with_pylablib"
                    ),
                ],
                untested: ["Balor", "Marana"]
            )
        )
    }
}

extension AndorSDK3Camera {
    /// The number of cameras that the SDK sees, including those that other programs hold.
    static func cameraCount(_ configuration: Configuration, _ context: DriverContext) throws -> Int {
        let library = try startedLibrary(configuration, context)
        defer { library.finalise() }
        let count: Int
        do throws(AndorStatus) { count = try library.int("DeviceCount", .system) } catch {
            throw DeviceError(.initialise, "DeviceCount of \(library.path)", cause: error)
        }
        // The server tries them one after another.
        guard (0...1000).contains(count) else {
            throw DeviceError(.initialise, "\(library.path) reports DeviceCount = \(count), which is not plausible")
        }
        return count
    }

    /// Opens the camera with an index, which means a different camera in each process.
    static func candidate(
        _ index: Int,
        _ configuration: Configuration,
        _ context: DriverContext
    ) throws -> Candidate<AndorCamera> {
        let library = try startedLibrary(configuration, context)
        do {
            return try candidate(index, of: library, configuration, log: context.log)
        } catch {
            library.finalise()
            throw error
        }
    }

    private static func startedLibrary(
        _ configuration: Configuration,
        _ context: DriverContext
    ) throws -> any AndorSDK {
        let library =
            context.isSimulated ? try AndorLibrary.simulated() : try AndorLibrary.installed(configuration.library)
        do throws(AndorStatus) { try library.initialise() } catch {
            throw DeviceError(.initialise, "AT_InitialiseLibrary of \(library.path)", cause: error)
        }
        return library
    }

    /// The camera if it is wanted; otherwise the library has been finalised again.
    static func candidate(
        _ index: Int,
        of library: any AndorSDK,
        _ configuration: Configuration,
        log: DeviceLog
    ) throws -> Candidate<AndorCamera> {
        let camera: AndorCamera
        do throws(AndorStatus) { camera = try AndorCamera(library, index: index) } catch .deviceInUse {
            library.finalise()
            return .heldElsewhere
        } catch {
            throw DeviceError(.initialise, "AT_Open of camera \(index) of \(library.path)", cause: error)
        }
        guard configuration.wants(camera.model) else {
            camera.release()
            return .unwanted("\(camera.serialNumber), a \(camera.model)")
        }
        log.info("\(camera.model) \(camera.serialNumber), \(library.path) \(version(of: library))")
        return .opened(camera)
    }

    private static func version(of library: any AndorSDK) -> String {
        (try? library.string("SoftwareVersion", .system)) ?? "of unknown version"
    }
}

extension AndorCamera: OpenedCandidate {
    var uid: String { serialNumber }

    var details: [String: String] {
        let firmware = try? string("FirmwareVersion")
        return ["model": model, "firmware": firmware].compactMapValues(\.self)
    }

    func release() {
        close()
        sdk.finalise()
    }
}
