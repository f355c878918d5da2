internal import Devices
internal import Pickle

/// The devices of one host, opened: the objects that clients reach, by number.
struct OpenDevices {
    private struct Entry {
        let id: String
        let owner: String?
        let object: any RemoteObject
        let interface: RemoteInterface
        let settings: SettingList
        let stream: DataStream?

        var device: (any Device)? { object as? any Device }
        /// The device, if it has light or lets out that of others.
        var light: (any Device)? { device.flatMap { $0 is any LightSource || $0 is any LightGate ? $0 : nil } }
    }

    private var entries: [Entry] = []
    /// Those that send data, and where to.
    private var sources: [(device: any DataDevice, stream: DataStream)] = []
    /// Those that were opened by themselves, in the order of the configuration; their parts go down with them.
    private var roots: [any Device] = []
    private var pending: [Int: Completion] = [:]
    private var lastTicket = 0
    private var isOpen = true
    private let isSimulated: Bool
    private let makeStream: (any DataDevice, String) -> DataStream
    private let report: (String) -> Void

    /// - Parameters:
    ///   - isSimulated: whether the hardware is a simulation, which clients can then tell by a setting.
    ///   - makeStream: makes the stream of a data device, by the device's id.
    ///   - report: takes lines for the log.
    init(
        isSimulated: Bool = false,
        makeStream: @escaping (any DataDevice, String) -> DataStream,
        report: @escaping (String) -> Void
    ) {
        self.isSimulated = isSimulated
        self.makeStream = makeStream
        self.report = report
    }

    /// Takes a device under an id, and its parts under ids that begin with it and stay the same for ever.
    ///
    /// - Returns: the number of the object that it is.
    @discardableResult
    mutating func add(_ device: any Device, as id: String) -> Int {
        let index = entries.count
        roots.append(device)
        enter(device, id, of: nil)
        followEnabling()
        return index
    }

    private mutating func enter(_ object: any RemoteObject, _ id: String, of owner: String?) {
        let device = object as? any Device
        let settings = SettingList((device?.settings ?? []) + marks) { [report] in report("\(id): \($0)") }
        let parts = Self.parts(of: object, id)
        let interface = RemoteInterface(of: object.typeName) {
            object.remoteMembers
            if device != nil { settings.remoteMembers }
            if let parts { RemoteProperty(parts.attribute, get: { parts.references }) }
            if let floating = object as? any FloatingDevice { RemoteMethod("get_id") { floating.uid } }
        }
        let stream = (object as? any DataDevice).map { device in
            let stream = makeStream(device, id)
            sources.append((device, stream))
            return stream
        }
        entries.append(
            Entry(id: id, owner: owner, object: object, interface: interface, settings: settings, stream: stream)
        )
        for part in parts?.objects ?? [] { enter(part.object, part.id, of: owner ?? id) }
    }

    /// What is a simulation says so, for images to be told from real ones.
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
                attributes: entry.interface.propertyNames,
                isLightSource: entry.light != nil,
                settingsNotComingBack: entry.settings.notComingBack,
                stream: entry.stream
            )
        }
    }

    // MARK: Calls

    mutating func call(_ index: Int, _ method: String, _ arguments: CallArguments) throws -> Progress {
        try refuseWhenShutDown()
        defer { followEnabling() }
        return try progress(of: try entries[index].interface.call(method, arguments))
    }

    func get(_ index: Int, _ attribute: String) throws -> PythonValue {
        try refuseWhenShutDown()
        return try entries[index].interface.get(attribute)
    }

    mutating func set(_ index: Int, _ attribute: String, to value: PythonValue) throws -> Progress {
        try refuseWhenShutDown()
        defer { followEnabling() }
        return try progress(of: try entries[index].interface.set(attribute, to: value))
    }

    /// A call that came while the devices were shut down could else switch light on again.
    private func refuseWhenShutDown() throws {
        guard isOpen else { throw DeviceError(.disabled, "the device has been shut down") }
    }

    mutating func poll(_ ticket: Int) throws -> Progress {
        try refuseWhenShutDown()
        guard let completion = pending[ticket] else { return .done(.none) }
        do {
            if let value = try completion.poll() {
                pending[ticket] = nil
                return .done(value)
            }
        } catch {
            pending[ticket] = nil
            throw error
        }
        return .waiting(ticket: ticket, interval: completion.interval)
    }

    private mutating func progress(of outcome: Outcome) throws -> Progress {
        switch outcome {
        case .value(let value): return .done(value)
        case .pending(let completion):
            // What is over at once needs no ticket.
            if let value = try completion.poll() { return .done(value) }
            lastTicket += 1
            pending[lastTicket] = completion
            return .waiting(ticket: lastTicket, interval: completion.interval)
        }
    }

    /// Reads the data of the devices that are enabled or send without that, and of no others.
    func followEnabling() {
        for (device, stream) in sources {
            stream.follow(isSending: device.isEnabled || device.sendsWhileDisabled && isOpen)
        }
    }

    // MARK: Beginning and end

    func apply(_ settings: [Preparation.Setting], to index: Int) throws {
        for wanted in settings {
            do {
                try entries[index].settings.set(wanted.name, to: wanted.value)
            } catch SettingError.unknown(let name) {
                throw PreparationError(place: wanted.place, message: "there is no setting '\(name)'")
            } catch {
                throw PreparationError(place: wanted.place, message: ErrorTranslation.text(of: error))
            }
        }
    }

    func isLightSource(_ index: Int) -> Bool { entries[index].light != nil }

    func enable(_ index: Int) throws { try entries[index].device?.enable() }

    /// Disables a device that enabled itself while it was opened; the others are disabled already.
    func disable(_ index: Int) throws {
        guard let device = entries[index].device, device.isEnabled else { return }
        try device.disable()
    }

    /// Switches all light off, and finds out whether it is.
    func darken() -> [Blackout.Finding] {
        entries.filter { $0.light != nil }.flatMap { entry in
            entry.device.map { Blackout.darkened($0, entry.id) } ?? []
        }
    }

    /// Switches all light off, then shuts every device down.
    mutating func shutDown(report: (String) -> Void) {
        func attempt(_ device: any Device, _ step: () throws -> Void) {
            do { try step() } catch { report("\(device.typeName) did not shut down: \(error)") }
        }
        for entry in entries {
            if let light = entry.light { attempt(light, light.disable) }
        }
        for device in roots { attempt(device, device.shutdown) }
        isOpen = false
        followEnabling()
    }
}

/// What clients are to know of an object, before any of its calls.
struct ObjectDescription: Sendable {
    /// The number by which its host knows it.
    let index: Int
    /// The id by which clients know it.
    let id: String
    /// The id of the device whose part it is; nil for one that was opened by itself.
    let owner: String?
    let methods: [String]
    let attributes: [String]
    /// Whether it has light, or lets out that of others.
    let isLightSource: Bool
    /// The settings that a crash takes with it.
    let settingsNotComingBack: Set<String>
    /// Where its data go, if it is a data device.
    let stream: DataStream?
}

/// The parts of a device that clients reach by ids of their own: a stage's axes, a controller's devices.
struct Parts {
    /// The attribute under which clients find them.
    let attribute: String
    let objects: [(name: String, id: String, object: any RemoteObject)]

    init(_ attribute: String, of id: String, _ objects: [(name: String, object: any RemoteObject)]) {
        self.attribute = attribute
        self.objects = objects.map { ($0.name, "\(id).\(attribute).\(Self.escaped($0.name))", $0.object) }
    }

    /// What clients get: a dictionary of proxies by name.
    var references: PythonDictionary {
        PythonDictionary(objects.map { (PythonValue.str($0.name), PythonValue.reference($0.id)) })
    }

    /// The name with what a URI cannot hold in an object's id, spaces and `@`, written as in web addresses.
    private static func escaped(_ name: String) -> String {
        name.unicodeScalars.map { scalar in
            scalar.properties.isWhitespace || scalar == "@" || scalar == "%"
                ? String(scalar).utf8.map { "%" + String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
                : String(scalar)
        }.joined()
    }
}
