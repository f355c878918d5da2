public import Devices
internal import Glibc
internal import Platform

/// A simulated camera that reveals its uid only after opening.
public final class SimulatedFloatingCamera: SimulatedCamera, FloatingDevice {
    private let claim: SimulatedCameraClaim

    init(_ claim: SimulatedCameraClaim, _ configuration: SimulatedCamera.Configuration) {
        self.claim = claim
        super.init(configuration)
    }

    public var uid: String { claim.uid }

    public override func performShutdown() { claim.release() }
}

extension SimulatedFloatingCamera {
    public struct Options: Decodable, Sendable {
        /// The uids of the attached cameras, SIM-1 and SIM-2 by default.
        public var attached: [String]?
        /// The time that opening a camera takes in seconds, 0 by default.
        public var openTime: NonNegative?
        /// Whether only one process may open a camera at a time, as some libraries require; false by default.
        public var opensOneAtATime: Bool?
        /// Width and height in pixels, 512 each by default.
        public var sensorShape: SensorShape?
        /// Whether exposure and read-out take time, true by default.
        public var hasRealisticTiming: Bool?

        private enum CodingKeys: String, CodingKey {
            case attached
            case openTime = "open_time"
            case opensOneAtATime = "one_at_a_time"
            case sensorShape = "sensor_shape"
            case hasRealisticTiming = "realistic_timing"
        }

        public init(
            attached: [String]? = nil,
            openTime: NonNegative? = nil,
            opensOneAtATime: Bool? = nil,
            sensorShape: SensorShape? = nil,
            hasRealisticTiming: Bool? = nil
        ) {
            (self.attached, self.openTime, self.opensOneAtATime) = (attached, openTime, opensOneAtATime)
            (self.sensorShape, self.hasRealisticTiming) = (sensorShape, hasRealisticTiming)
        }

        var uids: [String] { attached ?? ["SIM-1", "SIM-2"] }
    }

    /// The order in which this process sees the cameras: different in each process, as with real cameras.
    private static let order = (0..<64).map { _ in UInt64.random(in: .min ... .max) }

    static func candidate(_ index: Int, _ options: Options, _ context: DriverContext) throws
        -> Candidate<SimulatedCameraClaim>
    {
        let shuffled = options.uids.enumerated().sorted { order[$0.offset % 64] < order[$1.offset % 64] }
        guard shuffled.indices.contains(index) else {
            throw DeviceError(.initialise, "there is no simulated camera \(index)")
        }
        guard let claim = try SimulatedCameraClaim(shuffled[index].element) else { return .heldElsewhere }
        Pause.wait(for: options.openTime?.seconds ?? .zero)
        return .opened(claim)
    }
}

extension FloatingDriver where Configuration == SimulatedFloatingCamera.Options {
    public static var simulatedFloatingCamera: Self {
        FloatingDriver(
            "simulated-floating-camera",
            "a simulated camera that is selected by its uid",
            opensSideBySide: { !($0.opensOneAtATime ?? false) },
            kind: { $0.uids.joined(separator: ",") },
            count: { options, _ in options.uids.count },
            open: SimulatedFloatingCamera.candidate,
            device: { claim, options, _ in
                SimulatedFloatingCamera(
                    claim,
                    SimulatedCamera.Configuration(
                        sensorShape: options.sensorShape,
                        hasRealisticTiming: options.hasRealisticTiming
                    )
                )
            },
            isSimulator: true
        )
    }
}

/// The exclusive use of a simulated camera by this process: a lock on a file.
final class SimulatedCameraClaim: OpenedCandidate {
    let uid: String
    private let file: Lock<Int32?>

    /// Nil if another process has the camera.
    init?(_ uid: String) throws {
        let folder = try Self.folder()
        let name = SimulatedHardware.fileName(uid)
        let path = "\(folder)/\(name).lock"
        let descriptor = unsafe open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw DeviceError(.initialise, "\(path): \(SystemError.text(errno))")
        }
        guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
            close(descriptor)
            return nil
        }
        (self.uid, file) = (uid, Lock(descriptor))
    }

    func release() {
        let descriptor = file.withLock { file in
            defer { file = nil }
            return file
        }
        if let descriptor { close(descriptor) }
    }

    /// A folder that belongs to this user: others can neither lock its files nor replace them.
    private static func folder() throws -> String {
        let parent = Environment["TMPDIR"] ?? "/tmp"
        let path = "\(parent)/simulated-floating-cameras-\(getuid())"
        _ = unsafe mkdir(path, 0o700)
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR, status.st_uid == getuid() else {
            throw DeviceError(.initialise, "\(path) is not a folder that belongs to this user")
        }
        return path
    }
}
