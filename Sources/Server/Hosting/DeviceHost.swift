internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Synchronization

/// The owner of a device and of everything that shares its wire, which makes all calls to them one at a time.
///
/// A call runs on the thread of the client that makes it, under the lock that holds the devices. Its arguments are
/// decoded before the lock is taken. Nothing of a device can leave the lock but values, which the compiler proves.
final class DeviceHost: Sendable {
    private let devices: Lock<OpenDevices>
    private let watch = CallWatch()
    private let returned = ReturnedDevices()
    private let restoreLog: RestoreLogWriter?
    private let log: Logger
    /// The objects that clients reach, which are the same for as long as the devices are open.
    let objects: [ObjectDescription]
    /// The guards of the objects that have light, by the numbers of the objects.
    let lights: [Int: LightGuard]

    /// Opens devices; the function's thread is the first to use them.
    ///
    /// - Parameter guarding: makes the guard of an object that has light.
    init(
        log: Logger,
        restoreLog: RestoreLogWriter? = nil,
        guarding: (ObjectDescription) -> LightGuard? = { _ in nil },
        _ open: () throws -> sending OpenDevices
    ) rethrows {
        let opened = try open()
        self.log = log
        self.restoreLog = restoreLog
        objects = opened.descriptions
        lights = objects.reduce(into: [:]) { lights, object in lights[object.index] = guarding(object) }
        devices = Lock(opened)
    }

    var hasLightSource: Bool { objects.contains(where: \.isLightSource) }

    /// Calls a method, and waits for the end of what it begins.
    ///
    /// - Parameter isWanted: whether the client is still there to get the result.
    func call(
        _ object: Int,
        _ method: String,
        _ arguments: CallArguments,
        while isWanted: () -> Bool = { true }
    ) throws -> PythonValue {
        var subject: String?
        if case .str(let text)? = arguments.positional.first { subject = text }
        return try perform(try objects[object].decoder.call(method, arguments), on: object, subject, while: isWanted)
    }

    func get(_ object: Int, _ attribute: String) throws -> PythonValue {
        try watched(attribute, nil, object, isReading: true) { devices in try devices.get(object, attribute) }
    }

    func set(_ object: Int, _ attribute: String, to value: PythonValue, while isWanted: () -> Bool = { true }) throws {
        let call = try objects[object].decoder.setting(attribute, to: value)
        _ = try perform(call, on: object, nil, while: isWanted)
    }

    private func perform(
        _ call: DecodedCall,
        on object: Int,
        _ subject: String?,
        while isWanted: () -> Bool
    ) throws -> PythonValue {
        let isReading = call.act == .call && objects[object].readingMethods.contains(call.member)
        let answer = try watched(call.member, subject, object, isReading: isReading) { devices in
            try devices.perform(object, call)
        }
        let end = try finish(answer, call.member, of: object, while: isWanted)
        // Only this client waits for that, with the devices free for others.
        if end.hasNotes { restoreLog?.passOn() }
        guard case .value(let value) = end.outcome else { return .none }
        return value
    }

    private func watched<Result: Sendable>(
        _ name: String,
        _ subject: String?,
        _ object: Int,
        isReading: Bool,
        _ body: @Sendable (inout OpenDevices) throws -> Result
    ) throws -> Result {
        try devices.confined { [self] devices in
            let limit = devices.limit(of: name, on: object, isReading: isReading)
            watch.begin(name, on: subject, of: object, within: limit)
            defer {
                if let (call, time) = watch.end() {
                    log.notice("\(text(of: call)) came back after \(time.formatted)")
                }
            }
            defer { if !returned.isEmpty { restoreReturned(&devices) } }
            return try body(&devices)
        }
    }

    // MARK: Calls that take time

    /// How often a call that waits looks whether its client is still there.
    private static let attention = Duration.milliseconds(200)

    /// Waits for the end of what a call has begun, with the lock free for other calls.
    private func finish(
        _ answer: OpenDevices.Answer,
        _ member: String,
        of object: Int,
        while isWanted: () -> Bool
    ) throws -> OpenDevices.Answer {
        guard case .pending(let ticket) = answer.outcome else { return answer }
        let call = "\(objects[object].id).\(member)"
        let number = watch.beginWait(for: call)
        defer { watch.endWait(number) }
        let begin = ContinuousClock.now
        var (answer, lastLook) = (answer, begin)
        while case .pending = answer.outcome {
            Pause.wait(for: ticket.interval)
            let now = ContinuousClock.now
            if now - lastLook > Self.attention {
                lastLook = now
                guard isWanted() else { return leave(ticket, call) }
            }
            guard now - begin < ticket.limit else { throw giveUp(ticket, call) }
            answer = try watched(member, nil, object, isReading: true) { devices in try devices.poll(ticket) }
        }
        return answer
    }

    /// Ends a wait that nobody waits for any longer.
    private func leave(_ ticket: OpenDevices.Ticket, _ call: String) -> OpenDevices.Answer {
        devices.confined { devices in devices.drop(ticket) }
        log.notice("the client of \(call) is gone; what the call has begun goes on")
        return OpenDevices.Answer(outcome: .value(.none))
    }

    private func giveUp(_ ticket: OpenDevices.Ticket, _ call: String) -> DeviceError {
        devices.confined { devices in devices.drop(ticket) }
        let text = "\(call) has not ended within \(ticket.limit.formatted)"
        log.error("\(text); it is no longer waited for")
        return DeviceError(.failed, text)
    }

    /// The call that holds the lock for so long that the devices may hang, and since when in seconds since 1970.
    var overdueCall: OverdueCall? {
        guard let (call, duration, isNew) = watch.overdue() else { return nil }
        let text = text(of: call)
        if isNew {
            log.warning("\(text) has not come back for \(call.limit.formatted); other calls wait for it")
        }
        let object = objects[call.object]
        return OverdueCall(device: object.owner ?? object.id, text: text, time: Timestamp.now - duration / .seconds(1))
    }

    /// The oldest call that waits for the end of what it has begun, and since when in seconds since 1970.
    var waitingCall: (text: String, time: Double)? {
        watch.longestWait.map { ($0.call, Timestamp.now - $0.duration / .seconds(1)) }
    }

    private func text(of call: CallWatch.Call) -> String { "\(objects[call.object].id).\(call.text)" }

    /// Reads the settings that come with frames, without holding up a client that subscribes.
    func refreshConditions(_ object: Int, of stream: DataStream) {
        guard stream.subscribers.conditions.roi == nil, stream.kind == "frames" else { return }
        let thread = BlockingThread.startEventually("conditions") { [self] in
            devices.confined { devices in devices.refreshConditions(object) }
        }
        // A device that is busy is not waited for.
        thread.join(within: .milliseconds(200))
    }

    // MARK: Beginning and end

    /// Applies settings, and enables a device, before clients reach it.
    func prepare(_ object: Int, _ preparation: Preparation) throws {
        if !preparation.settings.isEmpty {
            try watched("update_settings", nil, object, isReading: false) { devices in
                try devices.apply(preparation.settings, to: object)
            }
        }
        let isForbidden = lights[object]?.rules.isInterlocked == true
        if isForbidden && preparation.enable {
            log.warning("\(objects[object].id) is not enabled: it has an interlock, so a client has to do that")
        }
        try watched("enable", nil, object, isReading: false) { devices in
            let staysOff = (preparation.keepsLightOff || isForbidden) && devices.isLightSource(object)
            if preparation.staysDisabled || staysOff {
                try devices.disable(object)
            } else if preparation.enable {
                try devices.enable(object)
                lights[object]?.switchedOnByConfiguration()
            }
            devices.followEnabling()
        }
    }

    /// Restores what clients have set in a device that was away: it may have lost its power.
    ///
    /// May be called during a call to the device, by the thread that holds the lock.
    func deviceReturned(_ id: String) {
        guard objects.contains(where: { $0.id == id }) else { return }
        returned.add(id)
        // If no call is under way now, or none comes.
        _ = BlockingThread.startEventually("restore") { [self] in
            devices.confined { [self] devices in restoreReturned(&devices) }
        }
    }

    /// Restores what has returned, before any other call reaches it.
    private func restoreReturned(_ devices: inout OpenDevices) {
        for id in returned.takeAll() {
            log.notice("\(id) is back; what clients have set in it is restored")
            devices.restore(id)
        }
    }

    /// Makes a call again that a client had made on the device of an earlier process; a failure is logged.
    func restore(_ call: RestoredCall, of object: ObjectDescription) {
        do {
            switch call.act {
            case .call:
                let command = LightCommand(call.member, CallArguments(call.arguments), hasLines: true, isReading: false)
                try lights[object.index]?.checkPermission(for: command)
                _ = try self.call(object.index, call.member, CallArguments(call.arguments))
            case .set: try set(object.index, call.member, to: call.arguments.first ?? .none)
            }
        } catch {
            log.warning("\(object.id).\(call.member) could not be restored: \(ErrorTranslation.text(of: error))")
        }
    }

    /// Stops everything that moves; other calls that wait for the end of a move do not hold this up.
    func stopMotion() -> [MotionFinding] {
        // A call that searches for the ends of a stage holds the lock until it sees this.
        for object in objects { object.stopRequest?.make() }
        return step("stop") { $0.stopMotion() }
    }

    /// Does something that no client has called, with the same eye on whether it comes back.
    private func step<Result: Sendable>(
        _ name: String,
        where isMeant: (ObjectDescription) -> Bool = { _ in true },
        _ body: @Sendable (inout OpenDevices) -> Result
    ) -> Result {
        let object = objects.first(where: isMeant)?.index
        return devices.confined { [self] devices in
            if let object {
                watch.begin(name, of: object, within: devices.limit(of: name, on: object, isReading: false))
            }
            defer { _ = watch.end() }
            return body(&devices)
        }
    }

    /// Switches all light off, and finds out whether it is.
    func darken() -> [LightsOff.Finding] {
        let findings = step("disable", where: \.isLightSource) { $0.darken() }
        for finding in findings where finding.light == .off {
            lights.values.first { $0.id == finding.name }?.allSwitchedOff()
        }
        return findings
    }

    /// Switches off a light if the decision to do so still holds.
    ///
    /// - Returns: what was read back; nil if the decision no longer holds.
    func switchOff(_ object: Int, _ decision: LightGuard.Decision, of light: LightGuard) -> LightsOff.Finding.Light? {
        devices.confined { [self] devices in
            guard light.holds(decision) else { return nil }
            let limit = devices.limit(of: "disable", on: object, isReading: false)
            watch.begin("disable", on: decision.reason, of: object, within: limit)
            defer { _ = watch.end() }
            let outcome = devices.switchOff(decision.output, of: object)
            devices.followEnabling()
            return outcome
        }
    }

    /// Whether a device fulfils a condition of an interlock; nil if it is of another kind.
    func fulfils(_ state: InterlockCondition.State, _ object: Int) throws -> Bool? {
        try watched("state for an interlock", nil, object, isReading: true) { devices in
            try devices.fulfils(state, object)
        }
    }

    /// Shuts all devices down, light sources first.
    func shutDown(report: @Sendable (String) -> Void) { devices.confined { $0.shutDown(report: report) } }
}

/// The devices that have returned and have not been restored yet.
private final class ReturnedDevices: Sendable {
    private let ids = Lock<Set<String>>([])
    private let count = Atomic(0)

    /// Cheap, since it is read at the end of each call.
    var isEmpty: Bool { count.load(ordering: .acquiring) == 0 }

    func add(_ id: String) {
        ids.withLock { ids in
            ids.insert(id)
            count.store(ids.count, ordering: .releasing)
        }
    }

    func takeAll() -> Set<String> {
        ids.withLock { ids in
            defer { ids.removeAll() }
            count.store(0, ordering: .releasing)
            return ids
        }
    }
}
