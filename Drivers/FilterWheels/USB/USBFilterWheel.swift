internal import Devices
internal import Platform
internal import Transports

/// A filter wheel on USB, of any make, which survives being unplugged and plugged in again.
final class USBFilterWheel<Session: WheelSession>: FilterWheel {
    var isEnabled = false
    private(set) var positionCount = 0
    private let link: USBLink<Session>
    private let moveLimit: Duration
    private let pace: WheelPace
    private let now: () -> ContinuousClock.Instant
    private var move: Move?
    private var lastSeen: (state: WheelState, time: ContinuousClock.Instant)?
    private var lastPosition: Int?
    /// The current session, and the time until which the wheel is left alone.
    private var current: (session: Session, quietUntil: ContinuousClock.Instant)?

    private static var make: WheelMake { Session.make }

    /// A move in progress.
    private struct Move {
        let target: Int
        let begin: ContinuousClock.Instant
        /// The time since which the wheel has stood at another position.
        var astray: ContinuousClock.Instant?
    }

    /// Finds the wheel and waits until it knows its position.
    ///
    /// - Parameters:
    ///   - pace: the polling interval, and the time before the first query.
    ///   - now: the clock.
    init(
        _ configuration: WheelConfiguration,
        on bus: any USBBus,
        pace: WheelPace = Session.make.pace,
        log: DeviceLog,
        now: @escaping () -> ContinuousClock.Instant = { .now }
    ) throws {
        self.now = now
        self.pace = pace
        moveLimit = configuration.moveTimeout?.seconds ?? Self.make.moveLimit
        do {
            link = try USBLink(bus, Self.choice(configuration), log: log, serial: \.serial) { connection in
                try Session(connection, configuration)
            }
        } catch { throw DeviceError(.initialise, "\(error)") }
        try waitForStart(log)
        if let wanted = configuration.positions?.value, wanted != positionCount {
            link.close()
            throw DeviceError(.initialise, "\(Self.make.name) has \(positionCount) positions, not \(wanted)")
        }
    }

    private static func choice(_ configuration: WheelConfiguration) -> USBChoice {
        USBChoice(
            make.name,
            make.kinds,
            serial: configuration.serial,
            port: configuration.port,
            remedy: "copy Configs/udev/60-filter-wheels.rules to /etc/udev/rules.d and plug the wheel in again"
        )
    }

    private func waitForStart(_ log: DeviceLog) throws {
        let end = ContinuousClock.now + Self.make.startLimit
        var isTold = false
        while true {
            let state = try look()
            positionCount = try use { $0.positionCount } ?? 0
            if positionCount > 0, state != .starting, state != .moving { return }
            guard ContinuousClock.now < end else {
                throw DeviceError(.initialise, "\(title) did not find its home position within \(Self.make.startLimit)")
            }
            if !isTold { log.info("\(title) is homing") }
            isTold = true
            Pause.wait(for: pace.interval)
        }
    }

    var typeName: String { Self.make.typeName }
    /// A few exchanges of at most 5 s each, or the search for a wheel that was unplugged.
    var callLimits: CallLimits { CallLimits(reading: .seconds(20), changing: .seconds(20)) }
    var settings: [Setting] { Session.settings(of: self) }
    var remoteMembers: [any RemoteMember] {
        filterWheelMembers + Session.members(of: self)
    }

    /// Talks to the wheel.
    ///
    /// Forgets what was known about it if that fails.
    func use<Result>(_ body: (Session) throws -> Result) throws -> Result {
        do {
            return try link.use { session in
                if current?.session !== session { current = (session, now() + pace.quietTime) }
                return try body(session)
            }
        } catch {
            (move, lastSeen) = (nil, nil)
            throw error
        }
    }

    // MARK: Positions

    var position: Int {
        get throws {
            switch try look() {
            case .standing(let position): return position
            case .failed(let problem): throw DeviceError(.failed, "\(title) is in an error: \(problem)")
            case .moving, .starting: break
            }
            guard let lastPosition else {
                throw DeviceError(.incompatibleState, "\(title) is homing; its position is not known yet")
            }
            return lastPosition
        }
    }

    var isMoving: Bool {
        get throws {
            let state = try look()
            guard let move else { return state == .moving || state == .starting }
            return try isUnderWay(move, state)
        }
    }

    func startMove(to position: Int) throws {
        guard try look() != .starting else {
            throw DeviceError(.incompatibleState, "\(title) is homing and cannot move yet")
        }
        try use { session in try session.startMove(to: position) }
        (move, lastSeen) = (Move(target: position, begin: now()), nil)
    }

    func performShutdown() throws {
        defer {
            link.close()
            lastSeen = nil
        }
        // An unplugged wheel has nothing to end.
        if link.isOpen { try link.use { session in try session.end() } }
    }

    /// Queries the wheel, unless it was queried a moment ago.
    private func look() throws -> WheelState {
        if let lastSeen, now() < lastSeen.time + pace.interval, !link.isUnplugged { return lastSeen.state }
        let time = now()
        let state = try use { session in
            guard let current, now() >= current.quietUntil else { return WheelState.starting }
            let state = try session.state()
            if case .standing(let position) = state { try check(position, session) }
            return state
        }
        lastSeen = (state, time)
        switch state {
        case .standing(let position): lastPosition = position
        // The last position says nothing about the position after power-up.
        case .starting: lastPosition = nil
        case .moving, .failed: break
        }
        return state
    }

    /// Checks an answer against what is known about the wheel.
    ///
    /// It may be garbled, or another wheel may be at the port.
    private func check(_ position: Int, _ session: Session) throws {
        guard positionCount > 0 else { return }
        if let count = session.positionCount, count != positionCount {
            throw DeviceError(.failed, "\(title) now has \(count) positions instead of \(positionCount)")
        }
        guard position < positionCount else {
            throw DeviceError(.failed, "\(title) reports position \(position) of \(positionCount)")
        }
    }

    /// Whether a move is still in progress; throws if it has failed.
    private func isUnderWay(_ move: Move, _ state: WheelState) throws -> Bool {
        var move = move
        // The move is over unless it is found below to be in progress.
        self.move = nil
        let now = now()
        switch state {
        case .standing(move.target): return false
        case .failed(let text): throw problem(of: move, "the wheel is in an error: \(text)")
        case .moving, .starting: move.astray = nil
        case .standing(let other):
            move.astray = move.astray ?? now
            if let astray = move.astray, now - astray >= Self.make.settleTime {
                throw problem(of: move, "the wheel stopped at position \(other)")
            }
        }
        guard now - move.begin <= moveLimit else {
            throw problem(of: move, "not finished after \(moveLimit), last state: \(state.text)")
        }
        self.move = move
        return true
    }

    private func problem(of move: Move, _ text: String) -> DeviceError {
        DeviceError(.failed, "\(title): move to position \(move.target): \(text)")
    }

    /// The wheel's name in messages.
    private var title: String { "\(Self.make.name)\(link.device.map { " at USB port \($0.port)" } ?? "")" }
}
