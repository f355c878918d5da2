internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// The guard of one device that has light: carries out the rules for it, whatever its driver is.
///
/// It never touches the device itself: the ``DeviceHost`` switches it off when the guard says so.
final class LightGuard: Sendable {
    /// What can be on and off by itself.
    enum Output: Hashable, Sendable {
        case light
        case line(Int)
    }

    /// A decision to switch off an output.
    struct Decision: Sendable {
        let output: Output
        let reason: String
        fileprivate let generation: Int
    }

    private struct State {
        var main: LightState?
        var lines: [Int: LightState] = [:]
        var permission = LightState.Permission.initial

        subscript(output: Output) -> LightState? {
            get {
                switch output {
                case .light: main
                case .line(let line): lines[line]
                }
            }
            set {
                switch output {
                case .light: main = newValue
                case .line(let line): lines[line] = newValue
                }
            }
        }

        var outputs: [Output] { (main == nil ? [] : [.light]) + lines.keys.sorted().map { .line($0) } }

        mutating func forEach(_ body: (Output, inout LightState) -> Void) {
            for output in outputs {
                guard var state = self[output] else { continue }
                body(output, &state)
                self[output] = state
            }
        }
    }

    let id: String
    let rules: LightRules
    let hasLines: Bool
    private let state: Lock<State>
    private let log: Logger
    private let timer: LightTimer

    /// - Parameters:
    ///   - hasLines: whether the device has digital lines, which are guarded one by one.
    init(_ id: String, _ kind: LightKind, _ rules: LightRules, hasLines: Bool, timer: LightTimer, log: Logger) {
        (self.id, self.rules, self.hasLines, self.timer, self.log) = (id, rules, hasLines, timer, log)
        state = Lock(State(main: kind == .lines ? nil : LightState(rules)))
    }

    // MARK: Calls

    /// Notes a call before it reaches the device.
    ///
    /// Throws if an interlock forbids it.
    func begin(_ command: LightCommand, by caller: LightCaller) throws {
        let now = ContinuousClock.now
        try checkPermission(for: command, now)
        claim(command, by: caller, now)
    }

    /// Throws if a call would switch light on that an interlock forbids.
    func checkPermission(for command: LightCommand, _ now: ContinuousClock.Instant = .now) throws {
        guard rules.isInterlocked, switchesOn(command) else { return }
        guard let reason = state.withLock({ $0.permission.prohibition(now) }) else { return }
        let text = "\(id) must not be switched on: \(reason) (interlock)"
        log.warning("\(text)")
        throw DeviceError(.incompatibleState, text)
    }

    private func switchesOn(_ command: LightCommand) -> Bool {
        switch command {
        case .switchOn: state.withLock { $0.main != nil }
        case .write(let levels): levels.values.contains(true)
        default: false
        }
    }

    private func claim(_ command: LightCommand, by caller: LightCaller, _ now: ContinuousClock.Instant) {
        let owner = caller.owner.connection == 0 ? nil : caller.owner
        let isOwner = state.withLock { state -> Bool in
            var isNew = false
            switch command {
            case .switchOn:
                guard state.main != nil else { return false }
                state.main?.switchOn(by: owner, now, at: Timestamp.now)
                isNew = true
            case .write(let levels):
                for (line, isHigh) in levels where isHigh {
                    state.lines[line, default: LightState(rules, permission: state.permission)]
                        .switchOn(by: owner, now, at: Timestamp.now)
                    isNew = true
                }
            case .other, .read: break
            case .switchOff: return false
            }
            // A proxy that has connected again owns what it owned before.
            state.forEach { output, light in
                let isCommand = command == .other && output == .light
                if light.note(caller, isCommand: isCommand, now) { isNew = true }
            }
            return isNew
        }
        guard isOwner else { return }
        if owner != nil { watch(caller) }
        timer.wake()
    }

    /// Notes the success of a call.
    func end(_ command: LightCommand, by caller: LightCaller) {
        switch command {
        // Again, since a rule may have switched it off while the call waited for its turn.
        case .switchOn: claim(command, by: caller, .now)
        case .write(let levels):
            claim(command, by: caller, .now)
            state.withLock { state in
                for (line, isHigh) in levels where !isHigh { state.lines[line]?.switchedOff() }
            }
        case .switchOff:
            // A gate that is disabled has all its lines low.
            state.withLock { state in
                guard state.main != nil else { return }
                state.forEach { _, light in light.switchedOff() }
            }
        case .other, .read: break
        }
    }

    /// Notes that the configuration has switched it on.
    func switchedOnByConfiguration() {
        state.withLock { $0.main?.switchOn(by: nil, .now, at: Timestamp.now) }
        timer.wake()
    }

    /// Notes that all its light was switched off, at the request of the server.
    func allSwitchedOff() {
        state.withLock { state in
            state.forEach { _, light in
                guard light.isOn else { return }
                light.noteOff("all light was switched off", generation: light.generation, at: Timestamp.now)
            }
        }
    }

    private func watch(_ caller: LightCaller) {
        caller.end.perform("light \(id)") { [weak self] cause in
            guard cause != .stopped else { return }
            self?.ended(caller, cause)
        }
    }

    private func ended(_ caller: LightCaller, _ cause: ConnectionEnd.Cause) {
        let now = ContinuousClock.now
        let lost = state.withLock { state -> [(LightState, LightOwner)] in
            var lost: [(LightState, LightOwner)] = []
            state.forEach { _, light in
                let owner = light.end(of: caller.owner.connection, after: caller.end.calls, cause.description, now)
                if let owner, light.isOn { lost.append((light, owner)) }
            }
            return lost
        }
        for (light, owner) in lost.prefix(1) {
            let rest = light.owners.isEmpty ? light.due(now).map { $0.time - now } : nil
            let end = rest.map { "it goes off in \(max($0, .zero).formatted) unless the client returns" }
            let next = end ?? "it stays on"
            log.notice("client \(owner.peer), which had switched light on, has gone: \(cause); \(next)")
        }
        timer.wake()
    }

    // MARK: Permission

    /// Notes whether the interlocks permit light.
    func set(_ permission: LightState.Permission) {
        let isDenied = state.withLock { state -> Bool in
            state.permission = permission
            state.forEach { _, light in light.permission = permission }
            if case .denied = permission { return state.outputs.contains { state[$0]?.isOn == true } }
            return false
        }
        if isDenied { timer.wake() }
    }

    // MARK: Time

    func nextEvent(_ now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        state.withLock { state in state.outputs.compactMap { state[$0]?.nextEvent(now) }.min() }
    }

    /// What has to be switched off now; logs the warnings that are due.
    func decisions(_ now: ContinuousClock.Instant) -> [Decision] {
        let (decisions, warnings) = state.withLock { state -> ([Decision], [Duration]) in
            var (decisions, warnings): ([Decision], [Duration]) = ([], [])
            state.forEach { output, light in
                if let rest = light.takeAnnouncement(now) { warnings.append(rest) }
                guard !light.isBeingSwitchedOff, let due = light.due(now), due.time <= now else { return }
                if let failure = light.failure, failure.retry > now { return }
                light.isBeingSwitchedOff = true
                decisions.append(Decision(output: output, reason: due.reason, generation: light.generation))
            }
            return (decisions, warnings)
        }
        for rest in warnings { log.warning("light goes off in \(rest.formatted) without a new command (light_limit)") }
        return decisions
    }

    /// Whether a decision still holds, for the host that has the device's lock now.
    func holds(_ decision: Decision) -> Bool {
        let now = ContinuousClock.now
        let holds = state.withLock { state in
            let light = state[decision.output]
            let holds = light?.generation == decision.generation && (light?.due(now)).map { $0.time <= now } == true
            if !holds { state[decision.output]?.isBeingSwitchedOff = false }
            return holds
        }
        // The time of this light was left out while it was being switched off.
        if !holds { timer.wake() }
        return holds
    }

    private static let retryInterval = Duration.seconds(2)

    /// Notes what has become of a decision.
    func note(_ outcome: LightsOff.Finding.Light, of decision: Decision) {
        let failure: String? =
            switch outcome {
            case .off: nil
            case .on: "LIGHT IS STILL ON"
            case .unknown(let reason): "whether light is on is UNKNOWN: \(reason)"
            }
        let name = decision.output.name
        guard let failure else {
            state.withLock {
                $0[decision.output]?.noteOff(decision.reason, generation: decision.generation, at: Timestamp.now)
            }
            return log.warning("\(name) switched off: \(decision.reason)")
        }
        let retry = ContinuousClock.now + Self.retryInterval
        let isNew = state.withLock { $0[decision.output]?.noteFailure(failure, retry: retry) == true }
        if isNew { log.critical("\(name) could not be switched off (\(decision.reason)): \(failure)") }
        timer.wake()
    }

    // MARK: For clients and status

    /// The longest time for which light can be kept on without a client.
    static let longestKeeping = Duration.seconds(86_400)

    /// Hands the light to the server for a time, whatever becomes of its client.
    func keep(for time: Duration, _ caller: LightCaller) throws {
        let end = ContinuousClock.now + time
        let isKept = state.withLock { state -> Bool in
            var isKept = false
            state.forEach { _, light in
                guard light.isOn else { return }
                light.keep(until: end)
                isKept = true
            }
            return isKept
        }
        guard isKept else { throw DeviceError(.incompatibleState, "\(id) is not on, so it cannot be kept on") }
        log.notice("light is kept on for \(time.formatted) by client \(caller.owner.peer), even without it")
        timer.wake()
    }

    /// The state of its outputs.
    var status: LightStatus {
        let (now, time) = (ContinuousClock.now, Timestamp.now)
        func seconds(_ instant: ContinuousClock.Instant) -> Double { time + (instant - now) / .seconds(1) }
        return state.withLock { state in
            var status = LightStatus(rules)
            if rules.isInterlocked { status.interlock = state.permission.prohibition(now) }
            status.outputs = state.outputs.compactMap { output in
                guard let light = state[output], light.isOn || light.lastOff != nil else { return nil }
                var shown = LightStatus.Output(name: output.name, isOn: light.isOn)
                (shown.owners, shown.since) = (light.owners.map(\.peer), light.isOn ? light.since : nil)
                (shown.keptUntil, shown.failure) = (light.keptUntil.map(seconds), light.failure?.reason)
                if let due = light.due(now), !rules.isInterlocked || due.time > now + .seconds(5) || due.time <= now {
                    (shown.offTime, shown.offReason) = (seconds(due.time), due.reason)
                }
                (shown.lastOffReason, shown.lastOffTime) = (light.lastOff?.reason, light.lastOff?.time)
                return shown
            }
            return status
        }
    }
}

extension LightGuard.Output {
    /// The name for people.
    var name: String {
        switch self {
        case .light: "light"
        case .line(let line): "line \(line)"
        }
    }
}

extension LightGuard {
    /// The guard of an object; nil if it has no light, or digital lines without any rule.
    convenience init?(_ object: ObjectDescription, _ preparation: Preparation, timer: LightTimer, log: Logger) {
        guard let kind = object.lightKind else { return nil }
        let isInterlocked = preparation.interlocks.contains { object.isMeant(by: $0.light) }
        let rules = LightRules(kind, preparation.safety, isInterlocked: isInterlocked)
        if kind == .lines, rules == LightRules(.lines) { return nil }
        self.init(object.id, kind, rules, hasLines: object.hasLines, timer: timer, log: log)
    }
}

extension ObjectDescription {
    /// Whether a path of the configuration means this object, or the device whose part it is.
    func isMeant(by path: DevicePath) -> Bool {
        path.part.isEmpty ? id == path.name || owner == path.name : isNamed(by: path)
    }

    /// Whether a path of the configuration names this object: `Stand.lamp` is the part `Stand.devices.lamp`.
    func isNamed(by path: DevicePath) -> Bool {
        id == path.description || owner == path.name && id == "\(path.name).devices\(path.part)"
    }
}
