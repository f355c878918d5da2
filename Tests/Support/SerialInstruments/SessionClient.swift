internal import Contracts
internal import Devices
public import Pickle
internal import Platform

/// A device in a session, by the names of its members that clients know.
///
/// The result of each step is recorded; an error counts as a result.
public struct SessionClient {
    /// The prefix of its members' names: empty, or `laser2.` for a device on a controller.
    private let prefix: String
    private let object: any RemoteObject
    private let client: Client
    private let notes: Lock<[String]>
    /// The devices and axes that belong to it, in the order in which clients see them.
    public let parts: [SessionClient]

    init(_ object: any RemoteObject, prefix: String = "", notes: Lock<[String]> = Lock([])) {
        (self.object, self.prefix, self.notes) = (object, prefix, notes)
        client = Client(object)
        let parts: [(name: String, object: any RemoteObject)] =
            switch object {
            case let controller as any Controller: controller.devices.map { ($0.name, $0.device) }
            case let stage as any Stage: stage.axes.map { ($0.name, $0.axis) }
            default: []
            }
        self.parts = parts.map { SessionClient($0.object, prefix: "\(prefix)\($0.name).", notes: notes) }
    }

    /// The results of all steps so far.
    var results: [String] { notes.withLock { $0 } }

    func note(_ step: String, _ result: String) {
        let line = "\(prefix)\(step): \(result)".split(whereSeparator: \.isNewline).joined(separator: " ")
        notes.update { $0.append(line) }
    }

    /// Shuts it down as a server does: all light off first.
    func end() {
        guard let device = object as? any Device else { return }
        for case let light as any LightSource in device.parts.map(\.device) { attempt("switching off", light.disable) }
        attempt("shutdown", device.shutdown)
    }

    private func attempt(_ step: String, _ body: () throws -> Void) {
        do { try body() } catch { note(step, "error, \(error)") }
    }

    /// Whether it is of a kind.
    func isA<Kind>(_: Kind.Type) -> Bool { object is Kind }

    // MARK: Steps

    @discardableResult
    public func call(_ name: String, _ arguments: PythonValue...) -> PythonValue? {
        let shown = arguments.map(\.shown).joined(separator: ", ")
        return step("\(name)(\(shown))") { try client.call(name, with: arguments) }
    }

    @discardableResult
    public func get(_ name: String) -> PythonValue? { step(name) { try client.get(name) } }

    public func set(_ name: String, to value: PythonValue) {
        step("\(name) = \(value.shown)") {
            try client.set(name, to: value)
            return .none
        }
    }

    @discardableResult
    private func step(_ name: String, _ body: () throws -> PythonValue) -> PythonValue? {
        do {
            let value = try body()
            note(name, value.shown)
            return value
        } catch {
            note(name, "error, \(error)")
            return nil
        }
    }
}

/// The main operations of each kind of device, and some that must fail.
extension SessionClient {
    /// Exercises the device and all devices on its line.
    public func tour() {
        if isA((any Device).self) { settings() }
        if isA((any LightSource).self) { light() }
        if isA((any FilterWheel).self) { wheel() }
        if isA((any Stage).self) { stage() }
        if isA((any StageAxis).self) { axis() }
        if isA((any DigitalIO).self) { digitalLines() }
        for part in parts { part.tour() }
        if isA((any Device).self) { inUse() }
    }

    /// Reads all settings, and writes to each that can be written what it is already.
    private func settings() {
        guard let all = call("get_all_settings") else { return }
        call("update_settings", all, true)
    }

    /// Enables and disables it, with a look at its settings in between.
    private func inUse() {
        call("enable")
        call("get_is_enabled")
        call("get_all_settings")
        call("disable")
        call("get_is_enabled")
    }

    private func light() {
        call("get_status")
        set("power", to: 0.5)
        call("get_set_power")
        call("enable")
        call("get_is_on")
        get("power")
        set("power", to: 0.25)
        call("get_status")
        call("trigger")
        call("disable")
        get("power")
        for type in TriggerType.allCases {
            call("set_trigger", type.python, TriggerMode.bulb.python)
            get("trigger_type")
        }
    }

    private func wheel() {
        let count = get("n_positions").flatMap(Int.init(python:)) ?? 0
        get("position")
        for position in [count - 1, 0, count] {
            set("position", to: .int(position))
            get("position")
        }
    }

    private func stage() {
        call("may_move_on_enable")
        call("enable")
        get("limits")
        guard let place = get("position") else { return }
        call("move_by", .dict(["nowhere": 1]))
        call("move_to", place)
    }

    private func axis() {
        get("limits")
        get("position")
        call("move_by", 1000.0)
        get("position")
        call("move_to", 1e9)
        get("position")
        call("move_by", -1000.0)
        get("position")
    }

    private func digitalLines() {
        let count = call("get_num_lines").flatMap(Int.init(python:)) ?? 0
        call("read_all_lines")
        for line in [0, count - 1, count] { call("write_line", .int(line), true) }
        call("read_all_lines")
    }
}
