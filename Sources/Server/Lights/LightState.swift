internal import Pyro

/// The rules for a light.
struct LightRules: Sendable, Equatable {
    var onClientLost = ClientLossRule.standard
    var limit: Duration?
    /// Whether it may be on only with the permission of the supervisor.
    var isInterlocked = false

    /// - Parameter kind: the kind of light, which decides where nothing is configured.
    init(_ kind: LightKind, _ options: SafetyOptions = SafetyOptions(), isInterlocked: Bool = false) {
        onClientLost = options.onClientLost ?? kind.onClientLost
        (limit, self.isInterlocked) = (options.lightLimit, isInterlocked)
    }
}

/// The kinds of light, as far as the default rules differ.
enum LightKind: Sendable {
    case laser, lamp
    /// A device that lets out the light of others.
    case gate
    /// Digital lines, which may switch anything.
    case lines

    fileprivate var onClientLost: ClientLossRule {
        switch self {
        case .laser, .gate: .standard
        case .lamp, .lines: .keep
        }
    }
}

/// The state of one light: who owns it, and when it has to go off.
///
/// A pure value; time is passed in.
struct LightState: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The permission to be on, for lights with an interlock.
    enum Permission: Sendable, Equatable {
        case granted(until: Instant)
        case denied(String)

        static let initial = denied("its conditions have not been checked yet")
        fileprivate static let silence = "the server has not confirmed the conditions in time"

        /// The reason why light must not be on; nil if it may.
        func prohibition(_ now: Instant) -> String? {
            switch self {
            case .denied(let reason): reason
            case .granted(let until): now < until ? nil : Self.silence
            }
        }
    }

    /// An owner that has gone.
    private struct Departure {
        let owner: LightOwner
        /// The number of calls that its proxy had made.
        let calls: UInt16
        let cause: String
        let time: Instant
    }

    let rules: LightRules
    /// Whether it was switched on by a command, and not switched off since.
    private(set) var isOn = false
    /// When it was switched on, in seconds since 1970.
    private(set) var since = 0.0
    private(set) var owners: [LightOwner] = []
    private var departures: [Departure] = []
    private(set) var keptUntil: Instant?
    private var lastCommand: Instant?
    /// Whether the end of its time was announced.
    private var isAnnounced = false
    var permission: Permission
    /// The last time a rule has switched it off.
    private(set) var lastOff: (reason: String, time: Double)?
    /// Why it could not be switched off, and when that is tried again.
    private(set) var failure: (reason: String, retry: Instant)?
    /// Counts what may switch it on, so that an older decision to switch it off is dropped.
    private(set) var generation = 0
    var isBeingSwitchedOff = false

    init(_ rules: LightRules, permission: Permission = .initial) {
        (self.rules, self.permission) = (rules, permission)
    }

    // MARK: Calls

    /// The most owners and departures that are remembered.
    private static let most = 64

    /// Notes that a command switches it on.
    ///
    /// - Parameter owner: the connection that does; nil for the configuration or a device of the same process.
    mutating func switchOn(by owner: LightOwner?, _ now: Instant, at time: Double) {
        generation += 1
        if !isOn { (isOn, since, departures) = (true, time, []) }
        keptUntil = nil
        begin(now)
        if let owner { join(owner) }
    }

    /// Notes that a client has switched it off.
    mutating func switchedOff() {
        generation += 1
        end()
        lastOff = nil
    }

    /// Notes another call while light is on: a command begins its time again, and makes its sender an owner if it comes
    /// from the computer of one; so does any call of a proxy that has connected again.
    ///
    /// - Returns: whether the caller is an owner now and was none before.
    mutating func note(_ caller: LightCaller, isCommand: Bool, _ now: Instant) -> Bool {
        guard isOn else { return false }
        if isCommand { begin(now) }
        let owner = caller.owner
        guard owner.connection != 0, !owners.contains(where: { $0.connection == owner.connection }) else {
            return false
        }
        let isBack = departures.contains { caller.resumes($0.owner, after: $0.calls) }
        let isNear = (owners + departures.map(\.owner)).contains { $0.host == owner.host }
        guard isBack || isCommand && isNear else { return false }
        generation += 1
        join(owner)
        return true
    }

    private mutating func begin(_ now: Instant) { (lastCommand, isAnnounced) = (now, false) }

    private mutating func join(_ owner: LightOwner) {
        guard owner.connection != 0, !owners.contains(where: { $0.connection == owner.connection }) else { return }
        owners = owners.suffix(Self.most - 1) + [owner]
    }

    /// Hands it to the server for a time.
    mutating func keep(until end: Instant) { keptUntil = end }

    /// Notes that a connection has ended.
    ///
    /// - Returns: the owner that it was, if it was one.
    mutating func end(of connection: Int, after calls: UInt16, _ cause: String, _ now: Instant) -> LightOwner? {
        guard let index = owners.firstIndex(where: { $0.connection == connection }) else { return nil }
        let owner = owners.remove(at: index)
        departures =
            departures.suffix(Self.most - 1)
            + [Departure(owner: owner, calls: calls, cause: cause, time: now)]
        if let kept = keptUntil, kept <= now { keptUntil = nil }
        return owner
    }

    // MARK: Switching off

    /// When it has to go off, and why; nil if it is off, or may stay on.
    func due(_ now: Instant) -> (time: Instant, reason: String)? {
        guard isOn else { return nil }
        return [abandonment, limitEnd, prohibitionTime(now)].compactMap(\.self).min { $0.time < $1.time }
    }

    /// The end of the time that it has without an owner.
    private var abandonment: (time: Instant, reason: String)? {
        guard owners.isEmpty else { return nil }
        if let departure = departures.last, case .off(let grace) = rules.onClientLost {
            let reason = "its client \(departure.owner.peer) has gone: \(departure.cause)"
            let end = departure.time + grace
            return (keptUntil.map { max($0, end) } ?? end, reason)
        }
        return keptUntil.map { ($0, "the time for which it was kept on is over") }
    }

    private var limitEnd: (time: Instant, reason: String)? {
        guard let limit = rules.limit, let lastCommand else { return nil }
        return (lastCommand + limit, "it was on for \(limit.formatted) without a new command (light_limit)")
    }

    private func prohibitionTime(_ now: Instant) -> (time: Instant, reason: String)? {
        guard rules.isInterlocked else { return nil }
        return switch permission {
        case .denied(let reason): (now, "interlock: \(reason)")
        case .granted(let until): (until, "interlock: \(Permission.silence)")
        }
    }

    /// When something has to be done next.
    func nextEvent(_ now: Instant) -> Instant? {
        guard let due = due(now), !isBeingSwitchedOff else { return nil }
        if let failure { return failure.retry }
        return min(due.time, announcement?.time ?? due.time)
    }

    /// The warning before the limit, which is due before it.
    private var announcement: (time: Instant, rest: Duration)? {
        guard let limit = rules.limit, let end = limitEnd?.time, !isAnnounced else { return nil }
        let rest = min(limit / 5, .seconds(30))
        return (end - rest, rest)
    }

    /// The warning that is due now, once.
    mutating func takeAnnouncement(_ now: Instant) -> Duration? {
        guard isOn, let announcement, announcement.time <= now else { return nil }
        isAnnounced = true
        return announcement.rest
    }

    /// Notes that a rule has switched it off, unless something has switched it on again meanwhile.
    mutating func noteOff(_ reason: String, generation: Int, at time: Double) {
        isBeingSwitchedOff = false
        lastOff = (reason, time)
        if generation == self.generation { end() }
    }

    /// Notes that it could not be switched off.
    ///
    /// - Returns: whether that is new.
    mutating func noteFailure(_ reason: String, retry: Instant) -> Bool {
        isBeingSwitchedOff = false
        defer { failure = (reason, retry) }
        return failure?.reason != reason
    }

    private mutating func end() {
        (isOn, owners, departures, keptUntil, lastCommand) = (false, [], [], nil, nil)
        (isAnnounced, failure) = (false, nil)
    }
}
