public import Devices
public import Transports

/// One axis of a stage on a serial line.
public final class SerialAxis: StageAxis {
    public let name: String
    let line: SerialLine
    let commands: any AxisCommands
    /// As somebody wrote them down, who knows the stage.
    private let givenLimits: AxisLimits?
    /// As the axis has found them, and in which session of the line.
    private var foundLimits: (session: Int, limits: AxisLimits)?
    private var move: Move?

    /// A move that has not been reported as over.
    private struct Move {
        let session: Int
        let target: Double
        /// Since when it has seemed to stand somewhere else.
        var doubtfulSince: ContinuousClock.Instant?
    }

    init(_ name: String, _ commands: any AxisCommands, on line: SerialLine, limits: AxisLimits? = nil) {
        (self.name, self.commands, self.line) = (name, commands, line)
        givenLimits = limits
    }

    public var position: Double { get throws { try line.perform(commands.position) } }

    // MARK: Limits

    /// How far it goes; no farther than where it stands as long as nobody knows.
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

    /// Whether somebody knows how far it goes.
    func knowsItsLimits(_ lines: LineProtocol) throws -> Bool { try knownLimits(lines) != nil }

    /// Takes the limits for what they are, until the port is lost.
    func take(_ limits: AxisLimits) { foundLimits = (line.session, limits) }

    // MARK: Moves

    public func startMove(to position: Double) throws {
        try line.perform { lines in
            guard try knownLimits(lines) != nil else {
                throw DeviceError(
                    .incompatibleState,
                    "nobody knows yet how far axis \(name) of \(line.title) goes; enabling the stage finds it out"
                )
            }
            try commands.startMove(to: position, lines)
            move = Move(session: line.session, target: position)
        }
    }

    /// Whether it moves; throws if a move has ended elsewhere than where it was to, and says where.
    public var isMoving: Bool { get throws { try line.perform(isMoving) } }

    /// How long an axis that is said to stand, but not where it should, is believed to be on its way.
    private static let doubt = Duration.milliseconds(100)

    private func isMoving(_ lines: LineProtocol) throws -> Bool {
        if try commands.isMoving(lines) {
            move?.doubtfulSince = nil
            return true
        }
        guard let move else { return false }
        let position = try commands.position(lines)
        guard move.session == line.session else { throw failure(of: move, at: position, "the port was lost meanwhile") }
        guard abs(position - move.target) > commands.tolerance else {
            self.move = nil
            return false
        }
        // Some controllers take a moment to begin a move that they have said yes to.
        guard let start = move.doubtfulSince else {
            self.move?.doubtfulSince = .now
            return true
        }
        guard ContinuousClock.now - start > Self.doubt else { return true }
        throw failure(of: move, at: position, try commands.obstacle(lines) ?? "the controller does not say why")
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

/// The commands of one axis, in the words of its controller's maker; places are in the controller's own units.
public protocol AxisCommands: Sendable {
    func position(_ lines: LineProtocol) throws -> Double
    func isMoving(_ lines: LineProtocol) throws -> Bool
    /// Begins a move to a place, which takes the place of one that goes on.
    func startMove(to position: Double, _ lines: LineProtocol) throws
    /// How far it goes; nil if the controller does not know.
    func limits(_ lines: LineProtocol) throws -> AxisLimits?
    /// How far from where it was sent it may stand.
    var tolerance: Double { get }
    /// Why it may have stopped; nil if the controller knows of nothing.
    func obstacle(_ lines: LineProtocol) throws -> String?
}

extension AxisCommands {
    public func obstacle(_: LineProtocol) throws -> String? { nil }
}
