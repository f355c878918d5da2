public import Devices
internal import SDKCameras

extension AndorSDK2Camera {
    public struct Configuration: Decodable, Sendable {
        /// The file of `libandor`, if it is not where the vendor's installer puts it.
        public var library: String?
        /// The folder of the cameras' firmware, which the vendor's installer notes in `/etc/andor/andor.install`.
        public var directory: String?
        /// The number of images that may wait for one client; 0 or nothing for the server's default.
        public var bufferLength: BufferLength?
        /// The number of buffers of the driver, 16 by default, from 2 to 1000.
        public var bufferCount: Count?
        /// Whether the sensor is cooled from the start, true by default.
        public var cooling: Bool?
        /// The temperature at which the sensor is kept, in degrees Celsius; the camera's own without it.
        public var temperature: Int?
        /// What the cooler does when the camera is closed, `ambient` by default.
        public var coolerMode: CoolerMode?
        /// Whether the EM gain may go beyond its usual limit, at which the sensor ages; false by default.
        public var emAdvanced: Bool?
        /// Whether images carry the camera's own times, true by default.
        public var metadata: Bool?
        /// A transform that compensates for how the camera is mounted; none by default.
        public var readoutTransform: Transform?

        /// What the cooler does when the camera is closed.
        public enum CoolerMode: String, Decodable, Sendable {
            /// The sensor warms up.
            case ambient
            /// It stays cold, until somebody opens the camera again.
            case keep
        }

        private enum CodingKeys: String, CodingKey {
            case library, directory, cooling, temperature, metadata
            case bufferLength = "buffer_length"
            case bufferCount = "num_buffers"
            case coolerMode = "cooler_mode"
            case emAdvanced = "em_advanced"
            case readoutTransform = "readout_transform"
        }

        public init(
            library: String? = nil,
            directory: String? = nil,
            bufferLength: BufferLength? = nil,
            bufferCount: Count? = nil,
            cooling: Bool? = nil,
            temperature: Int? = nil,
            coolerMode: CoolerMode? = nil,
            emAdvanced: Bool? = nil,
            metadata: Bool? = nil,
            readoutTransform: Transform? = nil
        ) {
            (self.library, self.directory) = (library, directory)
            (self.bufferLength, self.bufferCount) = (bufferLength, bufferCount)
            (self.cooling, self.temperature, self.coolerMode) = (cooling, temperature, coolerMode)
            (self.emAdvanced, self.metadata, self.readoutTransform) = (emAdvanced, metadata, readoutTransform)
        }
    }
}

extension FloatingDriver where Configuration == AndorSDK2Camera.Configuration {
    public static var andorSDK2: Self {
        var driver = FloatingDriver(
            "andor-sdk2",
            "an Andor camera of SDK 2: iXon, Luca, Clara, iKon, Newton, iDus, iVac",
            // The library serialises openings itself, by a semaphore that fails after 30 s.
            opensSideBySide: { _ in false },
            kind: { configuration in "\(configuration.library ?? "") \(configuration.directory ?? "")" },
            count: AndorSDK2Camera.cameraCount,
            open: AndorSDK2Camera.candidate,
            device: { camera, configuration, context in
                try AndorSDK2Camera(camera, configuration, log: context.log)
            },
            // Only the vendor's id is known; not all devices with it are cameras of this SDK.
            attachment: .usb(kinds: ["136e"]),
            simulating: { uids in ["ANDOR_SDK2_SIMULATED_CAMERAS": uids.joined(separator: ",")] }
        )
        driver.installationFaults = Andor2Installation.faults
        return driver.proven(
            Proof(
                sources: """
                    libandor 2.84 without a camera: codes and times; the functions of 2.84 and 2.102; public drivers and \
                    their users' reports of iXon, Clara and Luca; no firmware of a camera
                    """,
                witnesses: [
                    Witness(
                        "pylablib 1.4.3",
                        "identity, amplifiers, limits, images, triggers, codes",
                        tests: "test_pylablib_finds_the_sdk2_cameras",
                        "test_pylablib_agrees_in_sdk2_limits_and_images",
                        "test_pylablib_gets_the_sdk2_codes"
                    )
                ],
                untested: ["iDus", "iVac", "iStar", "InGaAs cameras"]
            )
        )
    }
}

extension AndorSDK2Camera {
    /// The number of cameras that the library sees, including those that other programs hold.
    static func cameraCount(_ configuration: Configuration, _ context: DriverContext) throws -> Int {
        let library = try library(configuration, context)
        do throws(Andor2Status) { return try library.cameraCount() } catch {
            throw DeviceError(.initialise, "GetAvailableCameras of \(library.path)", cause: error)
        }
    }

    /// Opens the camera with an index in the list of this process.
    static func candidate(
        _ index: Int,
        _ configuration: Configuration,
        _ context: DriverContext
    ) throws -> Candidate<Andor2Camera> {
        let library = try library(configuration, context)
        // The simulation needs no firmware.
        let folder = configuration.directory ?? (context.isSimulated ? "/" : Andor2Installation.folder)
        return try candidate(index, of: library, folder: folder, log: context.log)
    }

    static func candidate(
        _ index: Int,
        of library: Andor2Library,
        folder: String,
        log: DeviceLog
    ) throws -> Candidate<Andor2Camera> {
        do {
            let handle = try library.open(index, folder: folder, log: log)
            let camera: Andor2Camera
            do { camera = try Andor2Camera(library, handle, folder: folder) } catch {
                library.shutDown(handle)
                throw error
            }
            let version = (try? library.version(handle)) ?? "of unknown version"
            log.info("\(camera.model) \(camera.serialNumber), \(library.path) \(version)")
            return .opened(camera)
        } catch let error as DeviceError where error.cause as? Andor2Status == .notAvailable {
            return .heldElsewhere
        }
    }

    private static func library(_ configuration: Configuration, _ context: DriverContext) throws -> Andor2Library {
        context.isSimulated ? try Andor2Library.simulated() : try Andor2Library.installed(configuration.library)
    }
}

extension Andor2Camera: OpenedCandidate {
    var uid: String { serialNumber }

    var details: [String: String] {
        let firmware = try? library.firmware(handle)
        return ["model": model, "firmware": firmware].compactMapValues(\.self)
    }

    func release() { close() }
}
