internal import Devices
internal import Pickle
internal import Platform

/// The outcome of the stop of one device.
public struct MotionFinding: Sendable, Equatable, CustomStringConvertible {
    public enum Motion: Sendable, Equatable {
        /// Nothing moves, as the device reports.
        case stopped
        /// The device has no command for it: a move that has begun ends at its target.
        case cannotStop
        /// The device may still be moving, for this reason.
        case unknown(String)
    }

    /// The name of the device, followed by the name of the part for parts of a controller.
    public let name: String
    public let motion: Motion

    public init(name: String, motion: Motion) { (self.name, self.motion) = (name, motion) }

    public var description: String {
        switch motion {
        case .stopped: "\(name): stopped"
        case .cannotStop: "\(name): cannot stop; a move that has begun goes on to its end"
        case .unknown(let reason): "\(name): whether it moves is UNKNOWN: \(reason)"
        }
    }
}

extension MotionFinding {
    /// Stops a device.
    init(stopping device: any MovingDevice, _ name: String) {
        do {
            try device.stopMotion()
            self.init(name: name, motion: .stopped)
        } catch let error as DeviceError where error.kind == .unsupported {
            self.init(name: name, motion: .cannotStop)
        } catch {
            self.init(name: name, motion: .unknown(ErrorTranslation.text(of: error)))
        }
    }

    var value: PythonValue {
        let (word, reason): (String, PythonValue) =
            switch motion {
            case .stopped: ("stopped", .none)
            case .cannotStop: ("cannot stop", .none)
            case .unknown(let reason): ("unknown", .str(reason))
            }
        return .dict(["name": .str(name), "motion": .str(word), "reason": reason])
    }

    init?(_ value: PythonValue) {
        guard case .dict(let fields) = value, let name = fields["name"]?.text else { return nil }
        self.name = name
        switch fields["motion"]?.text {
        case "stopped": motion = .stopped
        case "cannot stop": motion = .cannotStop
        default: motion = .unknown(fields["reason"]?.text ?? "no reason given")
        }
    }
}

extension DeviceServer {
    /// Stops everything that moves and is served here, in parallel.
    func stopMotion() -> [MotionFinding] {
        let hosts = hosts.withLock { $0 }
        let results = Lock<[Int: [MotionFinding]]>([:])
        for (number, host) in hosts.enumerated() {
            inParallel("stop motion") {
                let findings = host.stopMotion()
                results.update { $0[number] = findings }
            }
        }
        // Without a limit: the supervisor has one, and replaces this process.
        return results.wait { results in
            guard results.count == hosts.count else { return nil }
            return hosts.indices.flatMap { results[$0] ?? [] }
        } ?? []
    }
}

/// The stop of all motion where no server runs: a controller may still carry out what a server that crashed began.
///
/// Each device that may move is opened, which moves nothing, then stopped, and shut down. Opening switches off light,
/// where a controller has some. Filter wheels are not opened, since some search for their home position then.
public struct StopMotion: Sendable {
    private let definitions: [Definition]

    public init(_ configuration: ServerConfiguration) { definitions = configuration.definitions }

    /// Stops all motion; returns what has become of each device that moves.
    ///
    /// - Parameter limit: the time after which devices that do not answer are given up.
    public func run(within limit: Duration) -> [MotionFinding] {
        let devices = definitions.flatMap(\.devices).filter(\.driver.mayMove)
        let results = Lock<[Int: [MotionFinding]]>([:])
        for (number, device) in devices.enumerated() {
            inParallel("stop motion") {
                let findings = device.stopMotion()
                results.update { $0[number] = findings }
            }
        }
        let _: Bool? = results.wait(within: limit) { $0.count == devices.count ? true : nil }
        let finished = results.withLock(\.self)
        return devices.enumerated().flatMap { number, device in
            finished[number]
                ?? [MotionFinding(name: device.name, motion: .unknown("no answer within \(limit.formatted)"))]
        }
    }
}

extension ConfiguredDevice {
    fileprivate func stopMotion() -> [MotionFinding] {
        if driver.kind == .filterWheel { return [MotionFinding(name: name, motion: .cannotStop)] }
        if isOpenedWithOthers {
            return [MotionFinding(name: name, motion: .unknown("only its server can open it, together with others"))]
        }
        do {
            let device = try driver.open(DriverContext(isSimulated: isSimulated))
            defer { try? device.shutdown() }
            return Self.stopMotion(of: device, name)
        } catch {
            return [MotionFinding(name: name, motion: .unknown(ErrorTranslation.text(of: error)))]
        }
    }

    private static func stopMotion(of device: any Device, _ name: String) -> [MotionFinding] {
        if let moving = device as? any MovingDevice { return [MotionFinding(stopping: moving, name)] }
        guard let controller = device as? any Controller else { return [] }
        return controller.devices.flatMap { stopMotion(of: $0.device, "\(name).\($0.name)") }
    }
}

extension ConfiguredDriver {
    /// Whether the device may move, or has parts that may; a device composed of others' devices moves nothing itself.
    var mayMove: Bool { [.stage, .filterWheel, .controller].contains(kind) && references.isEmpty }
}
