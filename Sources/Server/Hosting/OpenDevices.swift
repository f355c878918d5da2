internal import Devices
internal import Pickle

/// The opened devices of one host: the objects that clients reach, by number.
struct OpenDevices {
    private struct Entry {
        let id: String
        let owner: String?
        let object: any RemoteObject
        let interface: RemoteInterface
        let settings: SettingList
        let stream: DataStream?
        var limits: CallLimits
        let faults: OrderedFaults?

        var device: (any Device)? { object as? any Device }
        /// The device, if it emits light or lets out the light of others.
        var light: (any Device)? { device.flatMap { $0 is any LightSource || $0 is any LightGate ? $0 : nil } }

        var lightKind: LightKind? {
            switch object {
            case let light as any LightSource: light.isLaser ? .laser : .lamp
            case is any LightGate: .gate
            case is any DigitalIO: .lines
            default: nil
            }
        }
    }

    private struct Pending {
        let completion: Completion
        let object: Int
        let call: DecodedCall
    }

    /// The number of something that a device has begun, by which the host asks for its end.
    struct Ticket: Sendable {
        let number: Int
        let interval, limit: Duration
    }

    /// The result of a call, and whether it has left something to restore.
    struct Answer: Sendable {
        let outcome: Outcome<Ticket>
        var hasNotes = false
    }

    private var entries: [Entry] = []
    /// The devices that send data, and their streams.
    private var sources: [(device: any DataDevice, stream: DataStream)] = []
    /// The devices of the configuration, in its order; their parts are shut down with them.
    private var roots: [any Device] = []
    /// The settings of the configuration, by the numbers of their devices.
    private var initial: [Int: [Preparation.Setting]] = [:]
    private var pending: [Int: Pending] = [:]
    private var lastTicket = 0
    private var isOpen = true
    private let isSimulated: Bool
    private let restoreLog: RestoreLogWriter?
    private let makeStream: (any DataDevice, String, OrderedFaults?) -> DataStream
    private let report: (String) -> Void

    /// - Parameters:
    ///   - isSimulated: whether the hardware is a simulation, which a setting shows to clients.
    ///   - restoreLog: takes notes of what is restored after a crash.
    ///   - makeStream: makes the stream of a data device, by the device's id.
    ///   - report: takes lines for the log.
    init(
        isSimulated: Bool = false,
        restoreLog: RestoreLogWriter? = nil,
        makeStream: @escaping (any DataDevice, String, OrderedFaults?) -> DataStream,
        report: @escaping (String) -> Void
    ) {
        self.isSimulated = isSimulated
        self.restoreLog = restoreLog
        self.makeStream = makeStream
        self.report = report
    }

    /// Adds a device under an id, and its parts under ids that begin with it and never change.
    ///
    /// - Parameter faults: the faults that can be ordered for it.
    /// - Returns: the number of the device.
    @discardableResult
    mutating func add(_ device: any Device, as id: String, _ faults: OrderedFaults? = nil) -> Int {
        let index = entries.count
        roots.append(device)
        enter(device, id, of: nil, faults)
        followEnabling()
        return index
    }

    private mutating func enter(
        _ object: any RemoteObject,
        _ id: String,
        of owner: String?,
        _ faults: OrderedFaults?
    ) {
        let device = object as? any Device
        let settings = SettingList((device?.settings ?? []) + marks) { [report] in report("\(id): \($0)") }
        let parts = Self.parts(of: object, id)
        var interface = RemoteInterface(of: object.typeName) {
            object.remoteMembers
            if device != nil { settings.remoteMembers }
            if let parts { RemoteProperty(parts.attribute, get: { parts.references }) }
            if let floating = object as? any FloatingDevice { RemoteMethod("get_id") { floating.uid } }
        }
        // Faults below its driver reach the device's members and data from there.
        interface.faults = faults.flatMap { $0.areBelowDriver ? nil : $0 }
        let stream = (object as? any DataDevice).map { [faults = interface.faults] device in
            let stream = makeStream(device, id, faults)
            sources.append((device, stream))
            return stream
        }
        entries.append(
            Entry(
                id: id,
                owner: owner,
                object: object,
                interface: interface,
                settings: settings,
                stream: stream,
                limits: object.callLimits,
                faults: faults
            )
        )
        for part in parts?.objects ?? [] { enter(part.object, part.id, of: owner ?? id, faults) }
    }

    /// The setting that marks a simulation, so that its images can be distinguished from real ones.
    private var marks: [Setting] { isSimulated ? [Setting("simulated", in: Anything(), get: { true })] : [] }

    /// The parts of an object that clients reach by ids of their own, and the attribute that lists them.
    private static func parts(of object: any RemoteObject, _ id: String) -> Parts? {
        if let controller = object as? any Controller {
            return Parts("devices", of: id, controller.devices.map { ($0.name, $0.device) })
        }
        if let stage = object as? any Stage {
            return Parts("axes", of: id, stage.axes.map { ($0.name, $0.axis) })
        }
        return nil
    }

    var descriptions: [ObjectDescription] {
        entries.enumerated().map { index, entry in
            ObjectDescription(
                index: index,
                id: entry.id,
                owner: entry.owner,
                methods: entry.interface.methodNames,
                readingMethods: entry.interface.readingMethods,
                attributes: entry.interface.propertyNames,
                decoder: entry.interface.decoder,
                isLightSource: entry.light != nil,
                stopRequest: (entry.object as? any MovingDevice)?.stopRequest,
                lightKind: entry.lightKind,
                hasLines: entry.object is any DigitalIO,
                stream: entry.stream,
                faults: entry.faults
            )
        }
    }

    // MARK: Calls

    /// How long a call may take with the present settings.
    func limit(of member: String, on index: Int, isReading: Bool) -> Duration {
        entries[index].limits.limit(of: member, isReading: isReading)
    }

    mutating func perform(_ index: Int, _ call: DecodedCall) throws -> Answer {
        try refuseWhenShutDown()
        defer { followEnabling() }
        switch try entries[index].interface.perform(call) {
        case .value(let value): return answer(value, after: call, on: index)
        case .pending(let completion):
            // A move that has ended already needs no ticket.
            if let value = try completion.poll() { return answer(value, after: call, on: index) }
            lastTicket += 1
            pending[lastTicket] = Pending(completion: completion, object: index, call: call)
            let ticket = Ticket(number: lastTicket, interval: completion.interval, limit: completion.limit)
            return Answer(outcome: .pending(ticket))
        }
    }

    func get(_ index: Int, _ attribute: String) throws -> PythonValue {
        try refuseWhenShutDown()
        return try entries[index].interface.get(attribute)
    }

    /// Otherwise a call that comes while the devices are shut down could switch light on again.
    private func refuseWhenShutDown() throws {
        guard isOpen else { throw DeviceError(.disabled, "the device has been shut down") }
    }

    mutating func poll(_ ticket: Ticket) throws -> Answer {
        try refuseWhenShutDown()
        guard let waiting = pending[ticket.number] else { return Answer(outcome: .value(.none)) }
        do {
            guard let value = try waiting.completion.poll() else { return Answer(outcome: .pending(ticket)) }
            pending[ticket.number] = nil
            return answer(value, after: waiting.call, on: waiting.object)
        } catch {
            pending[ticket.number] = nil
            throw error
        }
    }

    /// Ends the wait for something that a device has begun, which itself goes on.
    mutating func drop(_ ticket: Ticket) { pending[ticket.number] = nil }

    private mutating func answer(_ value: PythonValue, after call: DecodedCall, on index: Int) -> Answer {
        let notes = entries[index].interface.notes(after: call, returning: value)
        // A setting may change how long calls take; most calls set nothing.
        if !notes.isEmpty {
            entries[index].limits = entries[index].object.callLimits
            noteConditions(after: call, on: index)
        }
        return Answer(
            outcome: .value(value),
            hasNotes: restoreLog?.note(notes, of: entries[index].id) ?? false
        )
    }

    /// Notes a call that has set something for those who subscribe to the data.
    private func noteConditions(after call: DecodedCall, on index: Int) {
        guard let stream = entries[index].stream else { return }
        // Reading a camera's settings may ask its hardware, so only while somebody watches.
        let camera = stream.subscribers.isEmpty ? nil : entries[index].object as? any Camera
        stream.subscribers.note(call, camera)
    }

    /// Reads what a camera says of itself, for those who subscribe.
    func refreshConditions(_ index: Int) {
        guard isOpen, let stream = entries[index].stream else { return }
        stream.subscribers.note(nil, entries[index].object as? any Camera)
    }

    /// Applies the configuration's settings again, and makes the calls again by which clients have set something in a
    /// device and its parts, without enabling them.
    ///
    /// The log is complete up to the last call, since notes are taken under the same lock. Failures are reported.
    mutating func restore(_ id: String) {
        guard isOpen, let log = restoreLog?.memory else { return }
        for (index, entry) in entries.enumerated() where entry.id == id || entry.owner == id {
            guard entry.device?.restoresItself != true else { continue }
            do { try apply(initial[index] ?? [], to: index) } catch {
                report("\(entry.id): its first state could not be restored: \(ErrorTranslation.text(of: error))")
            }
            for call in log.settings(of: entry.id) {
                do { _ = try entry.interface.perform(try entry.interface.decoder.decode(call)) } catch {
                    report("\(entry.id).\(call.member) could not be restored: \(ErrorTranslation.text(of: error))")
                }
            }
        }
        followEnabling()
    }

    /// Reads the data of the devices that are enabled or send while disabled, and of no others.
    func followEnabling() {
        for (device, stream) in sources {
            stream.follow(isSending: device.isEnabled || device.sendsWhileDisabled && isOpen)
        }
    }

    // MARK: Beginning and end

    mutating func apply(_ settings: [Preparation.Setting], to index: Int) throws {
        initial[index] = settings
        try InitialState(entries[index].settings, entries[index].interface).apply(settings)
        if !settings.isEmpty { entries[index].limits = entries[index].object.callLimits }
    }

    func isLightSource(_ index: Int) -> Bool { entries[index].light != nil }

    func enable(_ index: Int) throws { try entries[index].device?.enable() }

    /// Disables a device that enabled itself while it was opened; all others are disabled already.
    func disable(_ index: Int) throws {
        guard let device = entries[index].device, device.isEnabled else { return }
        try device.disable()
    }

    /// Switches all light off, and finds out whether it is.
    func darken() -> [LightsOff.Finding] {
        entries.filter { $0.light != nil }.flatMap { entry in
            entry.device.map { LightsOff.darkened($0, entry.id, meeting: entry.faults) } ?? []
        }
    }

    /// Stops everything that moves, and finds out whether it has.
    func stopMotion() -> [MotionFinding] {
        entries.compactMap { entry in
            (entry.object as? any MovingDevice).map { MotionFinding(stopping: $0, entry.id) }
        }
    }

    /// Switches off a light, or a digital line, and reads back its state.
    func switchOff(_ output: LightGuard.Output, of index: Int) -> LightsOff.Finding.Light {
        do {
            switch (output, entries[index].object) {
            case (.line(let line), let device as any DigitalIO):
                try device.setLevel(of: line, false)
                return try device.level(of: line) ? .on : .off
            case (_, let device as any Device):
                return LightsOff.darkened(device, entries[index].id).first?.light ?? .off
            default: return .off
            }
        } catch { return .unknown(ErrorTranslation.text(of: error)) }
    }

    /// Whether a device has the state that an interlock asks for; nil if it is another kind of device.
    func fulfils(_ state: InterlockCondition.State, _ index: Int) throws -> Bool? {
        try refuseWhenShutDown()
        let object = entries[index].object
        switch state {
        case .line(let line, let level):
            guard let device = object as? any DigitalIO, line < device.lineCount else { return nil }
            return try device.level(of: line) == level
        case .position(let positions):
            guard let wheel = object as? any FilterWheel else { return nil }
            return try !wheel.isMoving && positions.contains(wheel.position)
        case .axis(let name, let range):
            guard let axis = (object as? any Stage)?.axes.first(where: { $0.name == name })?.axis else { return nil }
            return range.contains(try axis.position)
        case .enabled(let isEnabled): return (object as? any Device).map { $0.isEnabled == isEnabled }
        }
    }

    /// Switches all light off, then shuts every device down.
    mutating func shutDown(report: (String) -> Void) {
        func attempt(_ device: any Device, _ step: () throws -> Void) {
            do { try step() } catch { report("\(device.typeName) did not shut down: \(error)") }
        }
        for entry in entries {
            guard let light = entry.light else { continue }
            attempt(light) {
                try entry.faults?.meet()
                try light.disable()
            }
        }
        for device in roots {
            attempt(device) {
                try entries.first { $0.device === device }?.faults?.meet()
                try device.shutdown()
            }
        }
        isOpen = false
        followEnabling()
    }
}
