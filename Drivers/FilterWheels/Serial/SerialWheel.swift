public import Devices
internal import Platform
public import Transports

/// A filter wheel or slider on a serial line that answers a move command when it has arrived.
///
/// Nothing is sent during a move: the wheel would not answer, or would misunderstand. Queries wait for the end of the
/// move. Nothing moves before a client asks for a position.
public final class SerialWheel<Commands: WheelCommands>: FilterWheel, SerialDevice {
    public let line: SerialLine
    public let commands: Commands
    public let positionCount: Int
    /// The facts that the wheel reported when it was opened.
    public let facts: Commands.Facts
    public var enabledSession: Int?
    /// The settings that clients have changed; the wheel gets them back after its port was lost.
    let restored: RestoredCommands
    private var move: Move?
    /// The reason why the last move failed, for the caller that waits for it.
    private var failure: DeviceError?
    /// The session of the line in which the wheel was moved last.
    private var movedSession: Int?

    /// A move whose end has not been reported.
    private struct Move {
        let session: Int
        let origin: Int?
        let target: Int
        /// The command in progress and the commands that follow.
        var orders: [String]
        var deadline: ContinuousClock.Instant
    }

    public init(_ commands: Commands, _ connector: SerialConnector, _ format: LineFormat) throws {
        self.commands = commands
        let restored = RestoredCommands()
        self.restored = restored
        line = try connector.line(format) { lines, _ in
            let identity = try commands.identify(lines)
            try restored.restore(lines, identity: identity)
            return identity
        }
        do {
            let facts = try line.perform(commands.facts)
            self.facts = facts
            positionCount = try line.perform { try commands.positionCount(facts, $0) }
        } catch {
            line.close()
            throw error
        }
    }

    public var typeName: String { Commands.typeName }
    public var settings: [Setting] { commands.settings(of: self) }
    public func performShutdown() { line.close() }
    /// Most calls wait until the wheel stands.
    public var callLimits: CallLimits { line.callLimits.plus(commands.travelLimit) }

    /// Talks to the wheel once it is at rest.
    public func perform<Result>(_ body: (LineProtocol) throws -> Result) throws -> Result {
        try line.perform { lines in
            while try isUnderWay(lines) { Pause.wait(for: .milliseconds(2)) }
            return try body(lines)
        }
    }

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

    /// Where it stands; ``unknownPosition`` between positions.
    private func standing(_ lines: LineProtocol) throws -> Int {
        try commands.position(facts, lines) ?? Self.unknownPosition
    }

    // MARK: Moves

    public func startMove(to position: Int) throws {
        try perform { lines in
            failure = nil
            let origin = try? standing(lines)
            let orders = commands.orders(to: position, facts, isFirst: movedSession != line.session)
            guard let first = orders.first else { return }
            try lines.send(first)
            move = Move(
                session: line.session,
                origin: origin,
                target: position,
                orders: orders,
                deadline: .now + commands.travelLimit
            )
        }
    }

    public var isMoving: Bool {
        get throws {
            if move != nil, try line.perform(isUnderWay) { return true }
            guard let failure else { return false }
            self.failure = nil
            throw failure
        }
    }

    /// Reads the answer to the command in progress, if it has come, and sends the next command.
    private func isUnderWay(_ lines: LineProtocol) throws(SerialError) -> Bool {
        guard let move, let order = move.orders.first else { return false }
        guard move.session == line.session else { return fail(move, lines, "the port was lost during the move") }
        do {
            while let answer = try lines.readLineIfAny() {
                if try commands.isDone(order, line: answer) { return try goOn(move, lines) }
            }
        } catch SerialError.lost(let reason) {
            throw .lost(reason)
        } catch {
            return fail(move, lines, "\(error)")
        }
        guard ContinuousClock.now < move.deadline else {
            return fail(move, lines, "no answer within \(commands.travelLimit)")
        }
        return true
    }

    /// Sends the next command of a move; returns whether there was one.
    private func goOn(_ move: Move, _ lines: LineProtocol) throws -> Bool {
        let rest = Array(move.orders.dropFirst())
        guard let next = rest.first else {
            movedSession = line.session
            guard try commands.position(facts, lines) == move.target else {
                return fail(move, lines, "it stopped short")
            }
            self.move = nil
            return false
        }
        try lines.send(next)
        self.move?.orders = rest
        self.move?.deadline = .now + commands.travelLimit
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
        } catch {
            place = "its position is unknown (\(error))"
        }
        failure = DeviceError(
            .failed,
            "\(line.title) did not go to position \(move.target): \(reason); \(place)"
        )
        return false
    }
}

/// The commands of a wheel that answers a move command when it has arrived, and answers nothing before that.
public protocol WheelCommands: Sendable {
    /// Facts that are queried once and shown as settings.
    associatedtype Facts: Sendable

    /// The name of the Python class: `ThorlabsFilterWheel`.
    static var typeName: String { get }

    /// Puts the device into the mode that this driver needs; returns its serial number or the next best identification.
    func identify(_ lines: LineProtocol) throws -> String
    func facts(_ lines: LineProtocol) throws -> Facts
    func positionCount(_ facts: Facts, _ lines: LineProtocol) throws -> Int
    /// The position, from 0; nil between positions.
    func position(_ facts: Facts, _ lines: LineProtocol) throws -> Int?

    /// The commands of a move, each sent when the one before it has been answered.
    ///
    /// - Parameter isFirst: whether this is the first move since the port was opened.
    func orders(to position: Int, _ facts: Facts, isFirst: Bool) -> [String]
    /// Whether a line after a command confirms that it has been carried out; throws if the line reports a failure.
    func isDone(_ order: String, line: String) throws -> Bool
    /// The time limit of one command.
    var travelLimit: Duration { get }

    func settings(of wheel: SerialWheel<Self>) -> [Setting]
}
