internal import Devices
internal import Pickle
internal import Platform

/// The settings that clients have made in the devices of a process, for the process that replaces it after a crash.
///
/// Calls are kept as they were made, the latest of each kind, and are made again in their order. Which calls these are
/// is declared by the devices' rows, see ``Restoration``.
struct RestoreLog: Sendable, Equatable {
    /// A call that is made again, and the object that it was made on.
    struct Call: Sendable, Equatable {
        let object: String
        let call: RestoredCall
        /// Whether it enables the device, which happens only once for each start.
        var isEnabling = false

        fileprivate func replaces(_ other: Call) -> Bool {
            object == other.object && isEnabling == other.isEnabling && (isEnabling || call.replaces(other.call))
        }
    }

    private(set) var calls: [Call] = []
    /// The URIs of the subscribers to the data of each object, the first that registered in front.
    private(set) var clients: [(object: String, uris: [String])] = []
    /// The objects that clients have disabled, which stay disabled even if the configuration enables them.
    private(set) var disabled: Set<String> = []

    static func == (left: RestoreLog, right: RestoreLog) -> Bool {
        left.calls == right.calls && left.disabled == right.disabled
            && left.clients.elementsEqual(right.clients) { $0 == $1 }
    }

    init() {}

    /// The same clients, without anything that they have set.
    var clientsAlone: RestoreLog {
        var memory = RestoreLog()
        memory.clients = clients
        return memory
    }

    /// The calls that set something in an object and do not enable it.
    func settings(of object: String) -> [RestoredCall] {
        calls.filter { $0.object == object && !$0.isEnabling }.map(\.call)
    }

    /// Takes notes of an object.
    ///
    /// - Returns: whether they change anything. Programs that set the same value before each image change nothing.
    mutating func note(_ notes: [RestoreNote], of object: String) -> Bool {
        notes.reduce(false) { hasChanged, note in self.note(note, of: object) || hasChanged }
    }

    private mutating func note(_ note: RestoreNote, of object: String) -> Bool {
        switch note {
        case .restore(let call): return keep(Call(object: object, call: call))
        case .forget(let call):
            let before = calls.count
            let forgotten = Call(object: object, call: call)
            calls.removeAll { forgotten.replaces($0) }
            return calls.count != before
        case .enabled(let call):
            let wasDisabled = disabled.remove(object) != nil
            guard let call else { return wasDisabled }
            return keep(Call(object: object, call: call, isEnabling: true)) || wasDisabled
        case .disabled:
            calls.removeAll { $0.object == object && $0.isEnabling }
            disabled.insert(object)
            return true
        }
    }

    /// Keeps a call as the last one; whether it was not the last one already.
    private mutating func keep(_ call: Call) -> Bool {
        guard calls.last != call else { return false }
        calls.removeAll { call.replaces($0) }
        calls.append(call)
        return true
    }

    /// Removes a call that cannot be made again.
    mutating func remove(_ call: Call) { calls.removeAll { $0 == call } }

    mutating func setClients(of object: String, to uris: [String]) {
        clients.removeAll { $0.object == object }
        if !uris.isEmpty { clients.append((object, uris)) }
    }
}

// MARK: On the way to the supervisor and back

extension RestoreLog {
    var value: PythonValue {
        .tuple([
            .list(calls.map(\.value)),
            .list(clients.map { .tuple([.str($0.object), .list($0.uris.map(PythonValue.str))]) }),
            .list(disabled.sorted().map(PythonValue.str)),
        ])
    }

    /// The parts of a log that can be read; the rest is dropped.
    init(_ value: PythonValue) {
        guard case .tuple(let parts) = value, parts.count == 3 else { return }
        if case .list(let items) = parts[0] { calls = items.compactMap(Call.init) }
        if case .list(let items) = parts[1] {
            clients = items.compactMap { item in
                guard case .tuple(let parts) = item, parts.count == 2, case .list(let uris) = parts[1] else {
                    return nil
                }
                return parts[0].text.map { ($0, uris.compactMap(\.text)) }
            }
        }
        if case .list(let items) = parts[2] { disabled = Set(items.compactMap(\.text)) }
    }
}

extension RestoreLog.Call {
    var value: PythonValue {
        .tuple([
            .str(object), .bool(call.act == .set), .str(call.member), .tuple(call.arguments),
            call.key.map { .list([$0]) } ?? .none, .bool(isEnabling),
        ])
    }

    init?(_ value: PythonValue) {
        guard
            case .tuple(let parts) = value, parts.count == 6, let object = parts[0].text,
            case .bool(let sets) = parts[1],
            let member = parts[2].text, case .tuple(let arguments) = parts[3], case .bool(let isEnabling) = parts[5]
        else { return nil }
        var key: PythonValue?
        if case .list(let keys) = parts[4] { key = keys.first }
        let call = RestoredCall(sets ? .set : .call, member, arguments, key: key)
        self.init(object: object, call: call, isEnabling: isEnabling)
    }
}

// MARK: In the process of the devices

/// The log of a running process, which is passed on to where it outlives the process.
///
/// A note is taken under the lock of its device, in the order in which the device took the calls, and passed on after
/// the lock has been released: only the caller waits for that.
final class RestoreLogWriter: Sendable {
    private struct State {
        var memory = RestoreLog()
        var hasChanged = false
    }

    private let state = Lock(State())
    private let passing = Lock<Void>(())
    private let changed: @Sendable (RestoreLog) -> Void

    /// - Parameter changed: called with the log whenever it has changed.
    init(changed: @escaping @Sendable (RestoreLog) -> Void) { self.changed = changed }

    var memory: RestoreLog { state.withLock(\.memory) }

    /// Begins with the log of an earlier process, so that nothing of it is lost while it is being restored.
    func begin(with memory: RestoreLog) { state.withLock { $0.memory = memory } }

    /// Takes notes; whether ``passOn()`` has to be called.
    func note(_ notes: [RestoreNote], of object: String) -> Bool {
        guard !notes.isEmpty else { return false }
        return state.withLock { state in
            guard state.memory.note(notes, of: object) else { return false }
            state.hasChanged = true
            return true
        }
    }

    func setClients(of object: String, to uris: [String]) {
        state.withLock { state in
            state.memory.setClients(of: object, to: uris)
            state.hasChanged = true
        }
        passOn()
    }

    /// Passes on the latest state, and returns when everything noted so far has been passed on.
    func passOn() {
        // One at a time, so that an older state can never overtake a newer one.
        passing.withLock { _ in
            let memory = state.withLock { state -> RestoreLog? in
                defer { state.hasChanged = false }
                return state.hasChanged ? state.memory : nil
            }
            if let memory { changed(memory) }
        }
    }
}
