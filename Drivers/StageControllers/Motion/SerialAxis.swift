public import Devices
public import Transports

/// An axis of a stage on a serial line.
public final class SerialAxis: StageAxis {
    public let name: String
    let line: SerialLine
    let commands: any AxisCommands
    /// The limits from the configuration.
    private let givenLimits: AxisLimits?
    /// The limits found by moving, and the session of the line in which they were found.
    private var foundLimits: (session: Int, limits: AxisLimits)?
    private var move: Move?

    /// A move whose end has not been reported.
    private struct Move {
        let session: Int
        let target: Double
        let begin: ContinuousClock.Instant
        /// How long it may take; nil until it has taken long enough to find that out.
        var limit: Duration?
        /// The time since which it seems to stand elsewhere.
        var doubtfulSince: ContinuousClock.Instant?
    }

    init(_ name: String, _ commands: any AxisCommands, on line: SerialLine, limits: AxisLimits? = nil) {
        (self.name, self.commands, self.line) = (name, commands, line)
        givenLimits = limits
    }

    public var position: Double { get throws { try line.perform(commands.position) } }

    // MARK: Limits

    /// The limits; the current position while they are unknown.
    public var limits: AxisLimits {
        get throws {
            try line.perform { lines in
                if let limits = try knownLimits(lines) { return limits }
                let position = try commands.position(lines)
                return AxisLimits(lower: position, upper: position)
            }
        }
    }

    private func knownLimits(_ lines: LineProtocol) throws -> AxisLimits? {
        if let givenLimits { return givenLimits }
        if let foundLimits, foundLimits.session == line.session { return foundLimits.limits }
        return try commands.limits(lines)
    }

    /// Whether the limits are known.
    func knowsItsLimits(_ lines: LineProtocol) throws -> Bool { try knownLimits(lines) != nil }

    /// Sets the limits until the port is lost.
    func take(_ limits: AxisLimits) { foundLimits = (line.session, limits) }

    // MARK: Moves

    public func startMove(to position: Double) throws {
        try line.perform { lines in
            guard try knownLimits(lines) != nil else {
                throw DeviceError(
                    .incompatibleState,
                    "the limits of axis \(name) of \(line.title) are unknown until the stage has been enabled (it may move)"
                )
            }
            try commands.startMove(to: position, lines)
            move = Move(session: line.session, target: position, begin: .now)
        }
    }

    /// Whether the axis moves; throws an error with the position if a move has ended elsewhere than at its target.
    public var isMoving: Bool { get throws { try line.perform(isMoving) } }

    /// How long an axis that stands elsewhere than at its target is still assumed to be moving.
    private static let doubt = Duration.milliseconds(100)

    private func isMoving(_ lines: LineProtocol) throws -> Bool {
        if try commands.isMoving(lines) {
            move?.doubtfulSince = nil
            if let move { try checkDeadline(of: move, lines) }
            return true
        }
        guard let move else { return false }
        let position = try commands.position(lines)
        guard move.session == line.session else {
            throw failure(of: move, at: position, "the port was lost during the move")
        }
        guard abs(position - move.target) > commands.tolerance else {
            self.move = nil
            return false
        }
        // Some controllers start a move a moment after they have accepted it.
        guard let start = move.doubtfulSince else {
            self.move?.doubtfulSince = .now
            return true
        }
        guard ContinuousClock.now - start > Self.doubt else { return true }
        throw failure(of: move, at: position, try commands.obstacle(lines) ?? "the controller gives no reason")
    }

    /// Gives a move up that takes longer than it can.
    ///
    /// Nothing is asked for that before it has taken a while, so that ordinary moves cost no more exchanges.
    private func checkDeadline(of move: Move, _ lines: LineProtocol) throws {
        let time = ContinuousClock.now - move.begin
        guard time > commands.shortestLimit else { return }
        let limit = try move.limit ?? timeLimit(lines)
        self.move?.limit = limit
        guard time > limit else { return }
        self.move = nil
        let (place, target) = (try commands.position(lines).text(places: 1), move.target.text(places: 1))
        throw DeviceError(
            .failed,
            "axis \(name) of \(line.title) is still moving \(limit) after the start of its move to \(target); it is at \(place)"
        )
    }

    /// Three times as long as the axis needs from end to end; five minutes if its speed or its ends are unknown.
    private func timeLimit(_ lines: LineProtocol) throws -> Duration {
        guard let speed = try commands.speed(lines), speed > 0, let limits = try knownLimits(lines) else {
            return max(commands.shortestLimit, .seconds(300))
        }
        let travel = min((limits.upper - limits.lower) / speed, 3600)
        return max(commands.shortestLimit, .seconds(3 * travel))
    }

    private func failure(of move: Move, at position: Double, _ reason: String) -> DeviceError {
        self.move = nil
        let (place, target) = (position.text(places: 1), move.target.text(places: 1))
        return DeviceError(
            .failed,
            "axis \(name) of \(line.title) stopped at \(place) on its way to \(target): \(reason)"
        )
    }
}

/// The commands of one axis; positions are in the controller's units.
public protocol AxisCommands: Sendable {
    func position(_ lines: LineProtocol) throws -> Double
    func isMoving(_ lines: LineProtocol) throws -> Bool
    /// Starts a move, which replaces a move in progress.
    func startMove(to position: Double, _ lines: LineProtocol) throws
    /// The limits; nil if the controller does not know them.
    func limits(_ lines: LineProtocol) throws -> AxisLimits?
    /// The permitted distance from the target.
    var tolerance: Double { get }
    /// The speed of moves in units per second; nil if the controller does not report it.
    func speed(_ lines: LineProtocol) throws -> Double?
    /// The time for which any move may take without further questions.
    var shortestLimit: Duration { get }
    /// The possible reason for a stop; nil if the controller reports none.
    func obstacle(_ lines: LineProtocol) throws -> String?
}

extension AxisCommands {
    public func obstacle(_: LineProtocol) throws -> String? { nil }
    public func speed(_: LineProtocol) throws -> Double? { nil }
    public var shortestLimit: Duration { .seconds(30) }
}
