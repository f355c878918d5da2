internal import Devices
internal import Platform
internal import Transports

/// A search for the limits of the axes by moving, as python-microscope does when a stage is enabled.
///
/// Each axis runs to its lower end, where it sets zero, then to its upper end and back to the middle.
final class EndSearch: StageHoming {
    /// Whether to search even if the limits are known.
    private let isWanted: Bool
    private var doneSession: Int?
    /// The time limit of a run from end to end.
    private let limit: Duration

    init(isWanted: Bool, limit: Duration = .seconds(300)) { (self.isWanted, self.limit) = (isWanted, limit) }

    func isNeeded(_ axes: [SerialAxis], on line: SerialLine) throws -> Bool {
        if doneSession == line.session { return false }
        if isWanted { return true }
        return try line.perform { lines in try !axes.allSatisfy { try $0.knowsItsLimits(lines) } }
    }

    /// Each axis runs to both ends and back.
    func limit(of axisCount: Int) -> Duration { limit * 3 * axisCount }

    func run(_ axes: [SerialAxis], on line: SerialLine, until request: StopRequest) throws {
        let session = line.session
        for axis in axes {
            guard let commands = axis.commands as? ColonAxis else { continue }
            try findEnds(of: axis, commands, line, request)
        }
        guard line.session == session else {
            throw DeviceError(.failed, "\(line.title): the port was lost while the stage searched for its limits")
        }
        doneSession = session
    }

    private func findEnds(
        of axis: SerialAxis,
        _ commands: ColonAxis,
        _ line: SerialLine,
        _ request: StopRequest
    ) throws {
        try runToEnd(forward: false, axis, commands, request)
        try line.perform(commands.countFromZero)
        try runToEnd(forward: true, axis, commands, request)
        let end = try axis.position
        guard end > 0 else {
            throw DeviceError(
                .failed,
                "axis \(axis.name) of \(line.title) did not move while it searched for its limits"
            )
        }
        axis.take(AxisLimits(lower: 0, upper: end))
        try axis.startMove(to: (end / 2).rounded())
        try wait(for: axis, request) { try axis.isMoving }
    }

    private func runToEnd(
        forward: Bool,
        _ axis: SerialAxis,
        _ commands: ColonAxis,
        _ request: StopRequest
    ) throws {
        try request.check("axis \(axis.name) of \(axis.line.title)")
        try axis.line.perform { try commands.startRun(forward: forward, $0) }
        do {
            try wait(for: axis, request) { try axis.line.perform(commands.isMoving) }
        } catch {
            // After any error the axis must not run on.
            try? axis.line.perform(commands.stopRun)
            throw error
        }
    }

    private func wait(for axis: SerialAxis, _ request: StopRequest, while isMoving: () throws -> Bool) throws {
        let end = ContinuousClock.now + limit
        while try isMoving() {
            try request.check("axis \(axis.name) of \(axis.line.title)")
            guard ContinuousClock.now < end else {
                let place = try axis.position.text(places: 1)
                throw DeviceError(
                    .failed,
                    "axis \(axis.name) of \(axis.line.title) did not reach its end within \(limit); it is at \(place)"
                )
            }
            Pause.wait(for: .milliseconds(10))
        }
    }
}
