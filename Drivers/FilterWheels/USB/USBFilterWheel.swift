internal import Devices
internal import Threads
internal import Transports

/// A filter wheel on USB, of any make, which may be unplugged and plugged in again.
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
    /// The session that is used now, and until when it is left alone.
    private var current: (session: Session, quietUntil: ContinuousClock.Instant)?

    private static var make: WheelMake { Session.make }

    /// A move that has not ended yet.
    private struct Move {
        let target: Int
        let begin: ContinuousClock.Instant
        /// Since when the wheel stands somewhere else.
        var astray: ContinuousClock.Instant?
    }

    /// Finds the wheel, and waits until it has found its place.
    ///
    /// - Parameters:
    ///   - pace: how often it is asked, and from when on.
    ///   - now: tells the time.
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
            throw DeviceError(.initialise, "\(Self.make.name) has \(positionCount) positions, and not \(wanted)")
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
                throw DeviceError(.initialise, "\(title) has not found its place within \(Self.make.startLimit)")
            }
            if !isTold { log.info("\(title) finds its place") }
            isTold = true
            Pause.wait(for: pace.interval)
        }
    }

    var typeName: String { Self.make.typeName }
    var settings: [Setting] { Session.settings(of: self) }
    var remoteMembers: [any RemoteMember] {
        filterWheelMembers + Session.members(of: self)
    }

    /// Talks to the wheel; what was seen of it before does not count after that.
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
                throw DeviceError(.incompatibleState, "\(title) finds its place, and does not know it yet")
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
            throw DeviceError(.incompatibleState, "\(title) finds its place, and cannot move yet")
        }
        try use { session in try session.startMove(to: position) }
        (move, lastSeen) = (Move(target: position, begin: now()), nil)
    }

    func performShutdown() throws {
        defer {
            link.close()
            lastSeen = nil
        }
        // What is not there any more needs no end.
        if link.isOpen { try link.use { session in try session.end() } }
    }

    /// Asks the wheel, unless it has been asked a moment ago.
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
        // What comes after power-up has nothing to do with where it stood before.
        case .starting: lastPosition = nil
        case .moving, .failed: break
        }
        return state
    }

    /// Holds what a wheel says against what is known of it: it may be a bad answer, or another wheel at the same port.
    private func check(_ position: Int, _ session: Session) throws {
        guard positionCount > 0 else { return }
        if let count = session.positionCount, count != positionCount {
            throw DeviceError(.failed, "\(title) has \(count) positions now, and had \(positionCount)")
        }
        guard position < positionCount else {
            throw DeviceError(.failed, "\(title) says that it stands at position \(position) of \(positionCount)")
        }
    }

    /// Whether a move goes on; throws if it has ended badly.
    private func isUnderWay(_ move: Move, _ state: WheelState) throws -> Bool {
        var move = move
        // Whatever happens to the move, it is over unless it says that it goes on.
        self.move = nil
        let now = now()
        switch state {
        case .standing(move.target): return false
        case .failed(let text): throw problem(of: move, "the wheel is in an error: \(text)")
        case .moving, .starting: move.astray = nil
        case .standing(let other):
            move.astray = move.astray ?? now
            if let astray = move.astray, now - astray >= Self.make.settleTime {
                throw problem(of: move, "the wheel has stopped at position \(other)")
            }
        }
        guard now - move.begin <= moveLimit else {
            throw problem(of: move, "not there after \(moveLimit), last seen \(state.text)")
        }
        self.move = move
        return true
    }

    private func problem(of move: Move, _ text: String) -> DeviceError {
        DeviceError(.failed, "\(title): move to position \(move.target): \(text)")
    }

    /// Which wheel it is, for errors.
    private var title: String { "\(Self.make.name)\(link.device.map { " at USB port \($0.port)" } ?? "")" }
}
