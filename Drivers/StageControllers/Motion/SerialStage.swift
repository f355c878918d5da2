public import Devices
internal import Platform
public import Transports

/// A stage on a serial line, which other devices may share.
public final class SerialStage: Stage, SerialDevice {
    public let typeName: String
    public let line: SerialLine
    public let settings: [Setting]
    public var enabledSession: Int?
    private let serialAxes: [SerialAxis]
    private let homing: (any StageHoming)?
    /// Sends the command that stops all axes.
    private let stop: (LineProtocol) throws -> Void
    private let request = StopRequest()

    init(
        _ typeName: String,
        _ axes: [SerialAxis],
        on line: SerialLine,
        homing: (any StageHoming)? = nil,
        settings: [Setting] = [],
        stop: @escaping (LineProtocol) throws -> Void
    ) {
        (self.typeName, self.line, self.settings) = (typeName, line, settings)
        (serialAxes, self.homing, self.stop) = (axes, homing, stop)
    }

    public var axes: [(name: String, axis: any StageAxis)] { serialAxes.map { ($0.name, $0) } }

    /// How long an axis may take to come to rest.
    private static let brakingTime = Duration.seconds(2)

    public var stopRequest: StopRequest? { request }

    public func stopMotion() throws {
        defer { request.withdraw() }
        try line.perform { lines in
            try stop(lines)
            let end = ContinuousClock.now + Self.brakingTime
            // The commands are asked and not the axes, so that who waits for a move learns where it has ended.
            while try serialAxes.contains(where: { try $0.commands.isMoving(lines) }) {
                guard ContinuousClock.now < end else {
                    throw DeviceError(.failed, "it got the command to stop and still moves after \(Self.brakingTime)")
                }
                Pause.wait(for: .milliseconds(10))
            }
        }
    }

    public var mayMoveOnEnable: Bool { get throws { try homing?.isNeeded(serialAxes, on: line) ?? false } }

    public var callLimits: CallLimits {
        var limits = line.callLimits
        if let homing { limits.members["enable"] = limits.changing + homing.limit(of: serialAxes.count) }
        return limits
    }

    /// Homes the stage if it needs homing.
    public func performEnable() throws {
        if let homing, try homing.isNeeded(serialAxes, on: line) {
            try homing.run(serialAxes, on: line, until: request)
        }
    }
}

/// The homing procedure of a stage.
protocol StageHoming {
    /// Whether the stage must home before it can be moved.
    func isNeeded(_ axes: [SerialAxis], on line: SerialLine) throws -> Bool
    /// Homes the stage and returns when it is done; throws an error that says how far it has come, or that it was stopped
    /// on request.
    func run(_ axes: [SerialAxis], on line: SerialLine, until request: StopRequest) throws
    /// The longest time that it takes for so many axes.
    func limit(of axisCount: Int) -> Duration
}
