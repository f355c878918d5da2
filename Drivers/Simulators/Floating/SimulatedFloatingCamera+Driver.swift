public import Devices
internal import Glibc
internal import Threads

extension SimulatedFloatingCamera {
    public struct Options: Decodable, Sendable {
        /// The uids of the cameras that are there, SIM-1 and SIM-2 unless given.
        public var attached: [String]?
        /// Seconds that opening a camera takes; none unless given.
        public var openTime: NonNegative?
        /// Whether only one process may open a camera at a time, as some libraries want it; not unless given.
        public var opensOneAtATime: Bool?
        /// Width and height in pixels, 512 each unless given.
        public var sensorShape: SensorShape?
        /// Whether exposure and read-out take their time, as they do unless given.
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

    /// The order in which this process sees the cameras: another one in each, as with real ones.
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
            "a simulated camera that is chosen by its uid",
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
            }
        )
    }
}
