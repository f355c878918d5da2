internal import Devices

extension AndorSDK3Camera {
    /// How many cameras the SDK sees, those that other programs hold among them.
    static func cameraCount(_ configuration: Configuration, _ context: DriverContext) throws -> Int {
        let library = try startedLibrary(configuration, context)
        defer { library.finalise() }
        let count: Int
        do throws(AndorStatus) { count = try library.int("DeviceCount", .system) } catch {
            throw DeviceError(.initialise, "DeviceCount of \(library.path)", cause: error)
        }
        // Each is tried one after another.
        guard (0...1000).contains(count) else {
            throw DeviceError(.initialise, "\(library.path) has DeviceCount = \(count), which makes no sense")
        }
        return count
    }

    /// Opens the camera with an index, which means another one in each process.
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

    /// The camera if it is one that is wanted; otherwise the library has been ended again.
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

extension AndorCamera: FloatingClaim {
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
