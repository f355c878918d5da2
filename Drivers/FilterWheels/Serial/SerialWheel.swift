public import Devices
internal import Threads
public import Transports

/// A filter wheel or slider on a serial line, which answers an order to move when it has arrived.
///
/// Nothing is sent while a move goes on, since the wheel would not answer, or take it for something else; what is
/// asked meanwhile waits for the end of the move. Nothing moves before somebody asks for a position.
public final class SerialWheel<Commands: WheelCommands>: FilterWheel, SerialDevice {
    public let line: SerialLine
    public let commands: Commands
    public let positionCount: Int
    /// What the wheel said of itself when it was opened.
    public let facts: Commands.Facts
    public var enabledSession: Int?
    private var move: Move?
    /// Why the last move ended before its time, for whoever waits for it.
    private var failure: DeviceError?
    /// The session of the line in which it has been moved.
    private var movedSession: Int?

    /// A move that has not been reported as over.
    private struct Move {
        let session: Int
        let origin: Int?
        let target: Int
        /// The order that is being carried out, and those that follow.
        var orders: [String]
        var deadline: ContinuousClock.Instant
    }

    public init(_ commands: Commands, _ connector: SerialConnector, _ format: LineFormat) throws {
        self.commands = commands
        line = try connector.line(format) { lines, _ in try commands.identify(lines) }
        do {
            positionCount = try line.perform(commands.positionCount)
            facts = try line.perform(commands.facts)
        } catch {
            line.close()
            throw error
        }
    }

    public var typeName: String { Commands.typeName }
    public var settings: [Setting] { commands.settings(of: self) }
    public func performShutdown() { line.close() }

    /// Talks to the wheel, when it is at rest.
    public func perform<Result>(_ body: (LineProtocol) throws -> Result) throws -> Result {
        try line.perform { lines in
            while try isUnderWay(lines) { Pause.wait(for: .milliseconds(2)) }
            return try body(lines)
        }
    }

    // MARK: Where it is

    /// Where it stands; where it came from while it moves.
    public var position: Int {
        get throws {
            try line.perform { lines in
                if try isUnderWay(lines), let origin = move?.origin { return origin }
                while try isUnderWay(lines) { Pause.wait(for: .milliseconds(2)) }
                return try commands.position(lines)
            }
        }
    }

    // MARK: Moves

    public func startMove(to position: Int) throws {
        try perform { lines in
            failure = nil
            let origin = try? commands.position(lines)
            let orders = commands.orders(to: position, isFirst: movedSession != line.session)
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

    /// Looks for the answer to the order that is being carried out, and gives the next one.
    private func isUnderWay(_ lines: LineProtocol) throws(SerialError) -> Bool {
        guard let move, let order = move.orders.first else { return false }
        guard move.session == line.session else { return fail(move, lines, "the port was lost meanwhile") }
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
            return fail(move, lines, "it has not said within \(commands.travelLimit) that it is there")
        }
        return true
    }

    /// Gives the next order; whether there was one.
    private func goOn(_ move: Move, _ lines: LineProtocol) throws -> Bool {
        let rest = Array(move.orders.dropFirst())
        guard let next = rest.first else {
            movedSession = line.session
            guard try commands.position(lines) == move.target else { return fail(move, lines, "it stopped short") }
            self.move = nil
            return false
        }
        try lines.send(next)
        self.move?.orders = rest
        self.move?.deadline = .now + commands.travelLimit
        return true
    }

    /// Ends a move, and keeps the error that says where it ended; false, since it moves no more.
    private func fail(_ move: Move, _ lines: LineProtocol, _ reason: String) -> Bool {
        self.move = nil
        let place: String
        do { place = "it is at position \(try commands.position(lines))" } catch {
            place = "its position is unknown (\(error))"
        }
        failure = DeviceError(
            .failed,
            "\(line.title) did not go to position \(move.target): \(reason); \(place)"
        )
        return false
    }
}

/// The commands of a wheel that answers an order to move when it has arrived, and to nothing before that.
public protocol WheelCommands: Sendable {
    /// What is asked once, for its settings.
    associatedtype Facts: Sendable

    /// The name of the class in Python, for its error messages: `ThorlabsFilterWheel`.
    static var typeName: String { get }

    /// Makes the device talk as this driver needs it, and tells its serial number, or what there is in its place.
    func identify(_ lines: LineProtocol) throws -> String
    func positionCount(_ lines: LineProtocol) throws -> Int
    /// Where it stands, from 0; throws what says why that cannot be told.
    func position(_ lines: LineProtocol) throws -> Int

    /// What to send for a move, one after the other, each when the one before it has been answered.
    ///
    /// - Parameter isFirst: whether it is the first one since the port was opened.
    func orders(to position: Int, isFirst: Bool) -> [String]
    /// Whether a line that comes after an order says that it has been carried out; throws if it says that it was not.
    func isDone(_ order: String, line: String) throws -> Bool
    /// The longest that an order takes.
    var travelLimit: Duration { get }

    func facts(_ lines: LineProtocol) throws -> Facts
    func settings(of wheel: SerialWheel<Self>) -> [Setting]
}
