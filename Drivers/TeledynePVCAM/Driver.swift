public import Devices
internal import SDKCameras

extension TeledyneCamera {
    public struct Configuration: Decodable, Sendable {
        /// The file of `libpvcam`, if it is not where the vendor's installer puts it.
        public var library: String?
        /// The folder of the library's driver for USB, which the installer puts into `PVCAM_UMD_PATH`.
        public var driverFolder: String?
        /// The version of the installation, which the installer puts into `PVCAM_VERSION`.
        public var version: String?
        /// The number of images that may wait for one client; 0 or nothing for the server's default.
        public var bufferLength: BufferLength?
        /// The number of images in the ring, 32 by default, from 3 to 1000.
        public var bufferCount: Count?
        /// The temperature at which the sensor is kept, in degrees Celsius; as the camera has it by default.
        public var temperature: Double?
        /// The readout port, the speed and the gain, by the library's numbers; the camera's first ones by default.
        public var port, speed, gain: Int?
        /// Whether images carry the camera's own time stamps and numbers, true by default.
        public var metadata: Bool?
        /// A transform that compensates for how the camera is mounted; none by default.
        public var readoutTransform: Transform?

        private enum CodingKeys: String, CodingKey {
            case library, version, temperature, port, speed, gain, metadata
            case driverFolder = "umd_path"
            case bufferLength = "buffer_length"
            case bufferCount = "num_buffers"
            case readoutTransform = "readout_transform"
        }

        public init(
            library: String? = nil,
            driverFolder: String? = nil,
            version: String? = nil,
            bufferLength: BufferLength? = nil,
            bufferCount: Count? = nil,
            temperature: Double? = nil,
            port: Int? = nil,
            speed: Int? = nil,
            gain: Int? = nil,
            metadata: Bool? = nil,
            readoutTransform: Transform? = nil
        ) {
            (self.library, self.driverFolder, self.version) = (library, driverFolder, version)
            (self.bufferLength, self.bufferCount, self.temperature) = (bufferLength, bufferCount, temperature)
            (self.port, self.speed, self.gain, self.metadata) = (port, speed, gain, metadata)
            self.readoutTransform = readoutTransform
        }
    }
}

extension FloatingDriver where Configuration == TeledyneCamera.Configuration {
    public static var pvcam: Self {
        var driver = FloatingDriver(
            "pvcam",
            "a Teledyne Photometrics or QImaging camera of PVCAM 3: Prime, Kinetix, Iris, Evolve, CoolSNAP, Retiga",
            kind: { configuration in "\(configuration.library ?? "") \(configuration.driverFolder ?? "")" },
            count: TeledyneCamera.cameraCount,
            open: TeledyneCamera.candidate,
            device: { camera, configuration, context in
                var options = AcquisitionOptions()
                options.bufferCount = 32
                return try TeledyneCamera(camera, configuration, options: options, log: context.log)
            },
            // Only the vendor's id is known; cameras on PCI Express are not on USB.
            attachment: .usb(kinds: ["1f12"]),
            simulating: { uids in ["PVCAM_SIMULATED_CAMERAS": uids.joined(separator: ",")] }
        )
        driver.installationFaults = PVCAMEnvironment.faults
        return driver.proven(
            Proof(
                sources: """
                    libpvcam 2.5 and 2.6 (PVCAM 3.10) without a camera: codes and their order; public drivers and their \
                    users' reports of Prime BSI, Kinetix and Evolve; no firmware of a camera
                    """,
                witnesses: [
                    .pythonMicroscope(
                        "images, identity, readout modes, of an Evolve",
                        tests: "test_class_of_python_microscope_takes_the_same_images"
                    ),
                    Witness(
                        "pylablib 1.4.3",
                        "identity, readout modes, areas, images, metadata, triggers, errors",
                        tests: "test_pylablib_finds_the_cameras_and_their_modes",
                        "test_pylablib_agrees_in_areas_and_images",
                        "test_pylablib_sends_software_triggers",
                        "test_pylablib_gets_the_codes"
                    ),
                ],
                untested: ["Prime 95B", "Iris", "CoolSNAP", "Retiga"]
            )
        )
    }
}

extension TeledyneCamera {
    /// The number of cameras that the library sees, including those that other programs hold.
    static func cameraCount(_ configuration: Configuration, _ context: DriverContext) throws -> Int {
        let session = try session(configuration, context)
        session.beginUse()
        defer { session.endUse() }
        return try session.names().count
    }

    /// Opens the camera with an index in the list of this process.
    static func candidate(
        _ index: Int,
        _ configuration: Configuration,
        _ context: DriverContext
    ) throws -> Candidate<PVCAMCamera> {
        let session = try session(configuration, context)
        session.beginUse()
        do {
            let opened = try session.open(index)
            let camera: PVCAMCamera
            do {
                camera = try PVCAMCamera(
                    session,
                    opened,
                    settlingTime: context.isSimulated ? .zero : .milliseconds(100)
                )
            } catch {
                session.close(opened.handle)
                throw error
            }
            let version = (try? session.library.version()) ?? "of unknown version"
            context.log.info("\(camera.model) \(camera.serialNumber), \(session.library.path) \(version)")
            return .opened(camera)
        } catch let error as DeviceError where (error.cause as? PVCAMStatus)?.isHeld ?? false {
            session.endUse()
            return .heldElsewhere
        } catch {
            session.endUse()
            throw error
        }
    }

    private static func session(_ configuration: Configuration, _ context: DriverContext) throws -> PVCAMSession {
        guard context.isSimulated else {
            // The library reads the environment when it is loaded and when it is initialised.
            PVCAMEnvironment.complete(driverFolder: configuration.driverFolder, version: configuration.version)
            return PVCAMSession.shared(try PVCAMLibrary.installed(configuration.library))
        }
        let library = try PVCAMLibrary.simulated()
        PVCAMEnvironment.completeSimulation(of: library.path)
        return PVCAMSession.shared(library)
    }
}

extension PVCAMStatus {
    /// Whether another program, or another device of this process, has the camera.
    fileprivate var isHeld: Bool { self == .openFailed || self == .alreadyOpen }
}

extension PVCAMCamera: OpenedCandidate {
    var uid: String { serialNumber }

    var details: [String: String] {
        let firmware = (try? value(ifThere: .firmware))?.int.map { number in
            "\(number >> 8).\(number & 0xFF)"
        }
        return ["model": model, "firmware": firmware].compactMapValues(\.self)
    }

    func release() {
        close()
        releaseLibrary()
    }
}
