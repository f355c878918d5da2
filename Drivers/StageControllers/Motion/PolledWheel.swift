public import Devices
internal import Threads
public import Transports

/// A filter wheel on the line of its controller, which is asked again and again whether it turns.
public final class PolledWheel: FilterWheel, SerialDevice {
    public let typeName: String
    public let line: SerialLine
    public let positionCount: Int
    public let settings: [Setting]
    public var enabledSession: Int?
    private let commands: any PolledWheelCommands
    private var move: Move?
    /// Why the last move ended before its time, for whoever waits for it.
    private var failure: DeviceError?
    /// Where it was sent, for a wheel that cannot tell, and in which session of the line.
    private var sent: (session: Int, position: Int)?

    private struct Move {
        let session: Int
        let origin: Int?
        let target: Int
        let deadline: ContinuousClock.Instant
        /// Whether it finds out where it is, before the move itself.
        var isHoming: Bool
        /// Since when it has seemed to stand somewhere else.
        var doubtfulSince: ContinuousClock.Instant?
    }

    /// The longest move, the one that begins with homing.
    private static let travelLimit = Duration.seconds(60)
    /// How long a wheel that is said to stand, but not where it should, is believed to be on its way.
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

    // MARK: Where it is

    /// Where it stands; where it came from while it moves.
    public var position: Int {
        get throws {
            try line.perform { lines in
                if try isUnderWay(lines), let origin = move?.origin { return origin }
                while try isUnderWay(lines) { Pause.wait(for: .milliseconds(2)) }
                return try standing(lines)
            }
        }
    }

    private func standing(_ lines: LineProtocol) throws -> Int {
        if commands.tellsPosition {
            if let position = try commands.position(lines), (0..<positionCount).contains(position) { return position }
            throw DeviceError(.failed, "a wheel of \(line.title) is at none of its positions; a move brings it to one")
        }
        if let sent, sent.session == line.session { return sent.position }
        throw DeviceError(.failed, "where a wheel of \(line.title) stands is unknown, until it has been moved")
    }

    // MARK: Moves

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

    /// Whether it turns; throws if a move has ended elsewhere than where it was to, and says where.
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
        guard move.session == line.session else { return fail(move, lines, "the port was lost meanwhile") }
        guard ContinuousClock.now < move.deadline else { return fail(move, lines, "it turns for ever") }
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

    /// Ends a move, and keeps the error that says where it ended; false, since it moves no more.
    private func fail(_ move: Move, _ lines: LineProtocol, _ reason: String) -> Bool {
        self.move = nil
        let place: String
        do { place = "it is at position \(try standing(lines))" } catch { place = "its position is unknown (\(error))" }
        let what = "a wheel of \(line.title) did not go to position \(move.target)"
        failure = DeviceError(.failed, "\(what): \(reason); \(place)")
        return false
    }
}

/// The commands of a wheel that can be asked whether it turns.
public protocol PolledWheelCommands: Sendable {
    /// Where it stands, from 0; nil if it is at none of its positions.
    func position(_ lines: LineProtocol) throws -> Int?
    /// Whether it can say where it stands; one that cannot is believed to be where it was sent.
    var tellsPosition: Bool { get }
    func isMoving(_ lines: LineProtocol) throws -> Bool
    func startMove(to position: Int, _ lines: LineProtocol) throws
    /// Whether it has to find out where it is before it can go anywhere.
    func needsHoming(_ lines: LineProtocol) throws -> Bool
    func startHoming(_ lines: LineProtocol) throws
}

extension PolledWheelCommands {
    public var tellsPosition: Bool { true }
    public func needsHoming(_: LineProtocol) throws -> Bool { false }
    public func startHoming(_: LineProtocol) throws {}
}
