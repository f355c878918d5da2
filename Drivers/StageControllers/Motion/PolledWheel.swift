public import Devices
internal import Platform
public import Transports

/// A filter wheel on the line of its controller, polled until its move has ended.
public final class PolledWheel: FilterWheel, SerialDevice {
    public let typeName: String
    public let line: SerialLine
    public let positionCount: Int
    public let settings: [Setting]
    public var enabledSession: Int?
    private let commands: any PolledWheelCommands
    private var move: Move?
    /// The reason why the last move failed, for the caller that waits for it.
    private var failure: DeviceError?
    /// The last target of a wheel that does not report its position, and the session of the line.
    private var sent: (session: Int, position: Int)?

    private struct Move {
        let session: Int
        let origin: Int?
        let target: Int
        let deadline: ContinuousClock.Instant
        /// Whether it is homing before the move itself.
        var isHoming: Bool
        /// The time since which it seems to stand elsewhere.
        var doubtfulSince: ContinuousClock.Instant?
    }

    /// The time limit of the longest move, one that begins with homing.
    private static let travelLimit = Duration.seconds(60)
    /// How long a wheel that stands elsewhere than at its target is still assumed to be moving.
    private static let doubt = Duration.milliseconds(100)

    init(
        _ typeName: String,
        _ commands: any PolledWheelCommands,
        positions: Int,
        on line: SerialLine,
        settings: [Setting] = []
    ) {
        (self.typeName, self.commands, self.line) = (typeName, commands, line)
        (positionCount, self.settings) = (positions, settings)
    }

    /// Some calls wait until the wheel stands.
    public var callLimits: CallLimits { line.callLimits.plus(Self.travelLimit) }

    // MARK: Position

    /// The current position; during a move, the position it started from.
    public var position: Int {
        get throws {
            try line.perform { lines in
                if try isUnderWay(lines), let origin = move?.origin { return origin }
                while try isUnderWay(lines) { Pause.wait(for: .milliseconds(2)) }
                return try standing(lines)
            }
        }
    }

    /// Where it stands; ``unknownPosition`` between positions, and before the first move of a wheel that does not report
    /// where it stands.
    private func standing(_ lines: LineProtocol) throws -> Int {
        let position = try commands.tellsPosition ? commands.position(lines) : sentPosition
        return position.flatMap { (0..<positionCount).contains($0) ? $0 : nil } ?? Self.unknownPosition
    }

    private var sentPosition: Int? { sent.flatMap { $0.session == line.session ? $0.position : nil } }

    // MARK: Moves

    public func stopMotion() throws {
        try line.perform { lines in
            try commands.stop(lines)
            let end = ContinuousClock.now + .seconds(2)
            while try commands.isMoving(lines) {
                guard .now < end else { throw DeviceError(.failed, "it got the command to stop and still moves") }
                Pause.wait(for: .milliseconds(10))
            }
        }
    }

    public func startMove(to position: Int) throws {
        try line.perform { lines in
            failure = nil
            let origin = try? standing(lines)
            let isHoming = try commands.needsHoming(lines)
            if isHoming { try commands.startHoming(lines) } else { try commands.startMove(to: position, lines) }
            sent = nil
            move = Move(
                session: line.session,
                origin: origin,
                target: position,
                deadline: .now + Self.travelLimit,
                isHoming: isHoming
            )
        }
    }

    /// Whether the wheel moves; throws an error with the position if a move has ended elsewhere than at its target.
    public var isMoving: Bool {
        get throws {
            if move != nil, try line.perform(isUnderWay) { return true }
            guard let failure else { return false }
            self.failure = nil
            throw failure
        }
    }

    private func isUnderWay(_ lines: LineProtocol) throws -> Bool {
        guard let move else { return false }
        guard move.session == line.session else { return fail(move, lines, "the port was lost during the move") }
        guard ContinuousClock.now < move.deadline else {
            return fail(move, lines, "it is still turning after \(Self.travelLimit)")
        }
        if try commands.isMoving(lines) {
            self.move?.doubtfulSince = nil
            return true
        }
        guard !move.isHoming else {
            self.move?.isHoming = false
            do { try commands.startMove(to: move.target, lines) } catch SerialError.refused(_, let answer) {
                return fail(move, lines, answer)
            }
            return true
        }
        return try !hasArrived(move, lines)
    }

    private func hasArrived(_ move: Move, _ lines: LineProtocol) throws -> Bool {
        if !commands.tellsPosition { sent = (line.session, move.target) }
        if try commands.tellsPosition && commands.position(lines) != move.target {
            guard let start = move.doubtfulSince else {
                self.move?.doubtfulSince = .now
                return false
            }
            guard ContinuousClock.now - start > Self.doubt else { return false }
            return !fail(move, lines, "it stopped short")
        }
        self.move = nil
        return true
    }

    /// Ends a move and keeps the error with the place where it ended.
    ///
    /// Returns false: nothing moves any longer.
    private func fail(_ move: Move, _ lines: LineProtocol, _ reason: String) -> Bool {
        self.move = nil
        let place: String
        do {
            let position = try standing(lines)
            place = position == Self.unknownPosition ? "it is between positions" : "it is at position \(position)"
        } catch { place = "its position is unknown (\(error))" }
        let what = "a wheel of \(line.title) did not go to position \(move.target)"
        failure = DeviceError(.failed, "\(what): \(reason); \(place)")
        return false
    }
}

/// The commands of a wheel that reports whether it moves.
public protocol PolledWheelCommands: Sendable {
    /// The position, from 0; nil between positions.
    func position(_ lines: LineProtocol) throws -> Int?
    /// Whether the wheel reports its position; otherwise it is assumed to be at its last target.
    var tellsPosition: Bool { get }
    func isMoving(_ lines: LineProtocol) throws -> Bool
    func startMove(to position: Int, _ lines: LineProtocol) throws
    /// Whether the wheel must home before it can move.
    func needsHoming(_ lines: LineProtocol) throws -> Bool
    func startHoming(_ lines: LineProtocol) throws
    /// Stops the wheel; throws an `unsupported` error if the controller has no command for it.
    func stop(_ lines: LineProtocol) throws
}

extension PolledWheelCommands {
    public var tellsPosition: Bool { true }
    public func needsHoming(_: LineProtocol) throws -> Bool { false }
    public func startHoming(_: LineProtocol) throws {}
    public func stop(_: LineProtocol) throws {
        throw DeviceError(.unsupported, "the controller has no command that stops a wheel")
    }
}
