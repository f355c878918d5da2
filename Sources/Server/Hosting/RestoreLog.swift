internal import Devices
internal import Pickle
internal import Threads

/// What clients have set in the devices of a process, for the process that takes its place when it crashes.
///
/// Calls that set something are kept as they were made, the latest of each kind, and are made again in their order.
/// Nothing is kept that would move a stage or a wheel, or switch light on: of what was enabled only cameras and other
/// sources of data are enabled again.
struct DeviceMemory: Sendable, Equatable {
    struct Call: Sendable, Equatable {
        let object: String
        /// The method, or the attribute that was set.
        let method: String
        let arguments: [PythonValue]

        var isOfAttribute: Bool { DeviceMemory.concerns(attribute: method) }
    }

    private(set) var calls: [Call] = []
    /// The URIs of those who get the data, by object, the first that registered in front.
    private(set) var clients: [(object: String, uris: [String])] = []

    /// The objects that were put out of use, whatever the configuration says of their start.
    private(set) var disabled: Set<String> = []

    static func == (left: DeviceMemory, right: DeviceMemory) -> Bool {
        left.calls == right.calls && left.disabled == right.disabled
            && left.clients.elementsEqual(right.clients) { $0 == $1 }
    }

    init() {}

    /// The same clients, and nothing that they have set.
    var clientsAlone: DeviceMemory {
        var memory = DeviceMemory()
        memory.clients = clients
        return memory
    }

    /// Methods after which the earlier call of the same kind no longer counts.
    private static let replacing: Set<String> = [
        "set_binning", "set_exposure_time", "set_roi", "set_transform", "set_trigger",
    ]

    /// Attributes that move nothing and light nothing, which clients set as such.
    private static let attributes: Set<String> = ["shuttering_mode"]

    /// All methods that ``note(_:comesBackEnabled:)`` knows.
    private static let known = replacing.union([
        "set_setting", "update_settings", "enable", "disable", "shutdown", "set_IO_state", "set_all_IO_state",
    ])

    /// Whether a method is one of those that count, which most that are called are not.
    static func concerns(_ method: String) -> Bool {
        // Most calls get something, and none that counts begins with the same letter.
        method.utf8.first != UInt8(ascii: "g") && known.contains(method)
    }

    /// Whether an attribute is one of those that count.
    static func concerns(attribute: String) -> Bool { attributes.contains(attribute) }

    /// Notes a call that went well; whether it was one to be kept that was not the last one already.
    mutating func note(_ call: Call, comesBackEnabled: Bool) -> Bool {
        // Programs that set the same before each image need not wait for it to be kept each time.
        guard calls.last != call || disabled.contains(call.object) else { return false }
        switch call.method {
        case "set_setting":
            // The first argument is the setting's name.
            calls.removeAll { $0.isLike(call) && $0.arguments.first == call.arguments.first }
            calls.append(call)
        case "set_IO_state":
            // The first argument is the line. An input must not be driven; an output comes back as the device has it.
            calls.removeAll { $0.isLike(call) && $0.arguments.first == call.arguments.first }
            if call.arguments.last.flatMap({ Bool(python: $0) }) == false { calls.append(call) }
        case let method where Self.replacing.contains(method) || Self.attributes.contains(method):
            calls.removeAll { $0.isLike(call) }
            calls.append(call)
        case "enable" where comesBackEnabled:
            calls.removeAll { $0.isLike(call) }
            calls.append(call)
            disabled.remove(call.object)
        case "disable", "shutdown":
            calls.removeAll { $0.object == call.object && $0.method == "enable" }
            disabled.insert(call.object)
        default: return false
        }
        return true
    }

    mutating func setClients(of object: String, to uris: [String]) {
        clients.removeAll { $0.object == object }
        if !uris.isEmpty { clients.append((object, uris)) }
    }
}

extension DeviceMemory.Call {
    fileprivate func isLike(_ other: Self) -> Bool { object == other.object && method == other.method }
}

extension DeviceMemory {
    var value: PythonValue {
        .tuple([
            .list(calls.map { .tuple([.str($0.object), .str($0.method), .tuple($0.arguments)]) }),
            .list(clients.map { .tuple([.str($0.object), .list($0.uris.map(PythonValue.str))]) }),
            .list(disabled.sorted().map(PythonValue.str)),
        ])
    }

    /// What can be understood of a memory; the rest is forgotten.
    init(_ value: PythonValue) {
        guard case .tuple(let parts) = value, parts.count == 3 else { return }
        if case .list(let items) = parts[0] {
            calls = items.compactMap { item in
                guard
                    case .tuple(let parts) = item, parts.count == 3, case .tuple(let arguments) = parts[2],
                    let object = parts[0].text, let method = parts[1].text
                else { return nil }
                return Call(object: object, method: method, arguments: arguments)
            }
        }
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

/// Notes what clients set, and passes it on to where it outlives this process.
final class MemoryKeeper: Sendable {
    private let memory = Monitor(DeviceMemory())
    private let changed: @Sendable (DeviceMemory) -> Void

    init(changed: @escaping @Sendable (DeviceMemory) -> Void) { self.changed = changed }

    /// Notes a call that went well.
    func note(_ object: ObjectDescription, _ method: String, _ arguments: CallArguments, _ result: PythonValue) {
        keep(Self.calls(method, arguments, result), of: object)
    }

    /// Notes an attribute that was set.
    func note(_ object: ObjectDescription, attribute: String, _ value: PythonValue) {
        keep([(attribute, [value])], of: object)
    }

    private func keep(_ calls: [(method: String, arguments: [PythonValue])], of object: ObjectDescription) {
        change { memory in
            calls.reduce(false) { hasChanged, call in
                guard !object.settingsNotComingBack.contains(call) else { return hasChanged }
                let call = DeviceMemory.Call(object: object.id, method: call.method, arguments: call.arguments)
                return memory.note(call, comesBackEnabled: object.stream != nil) || hasChanged
            }
        }
    }

    /// A call as it is kept: several settings as one call for each, since any of them may be set again alone.
    private static func calls(
        _ method: String,
        _ arguments: CallArguments,
        _ result: PythonValue
    ) -> [(method: String, arguments: [PythonValue])] {
        switch method {
        case "update_settings":
            guard
                case .dict(let incoming)? = arguments.ordered(by: ["incoming"]).first, case .dict(let changed) = result
            else { return [] }
            return changed.pairs.compactMap { name, _ in incoming[name].map { ("set_setting", [name, $0]) } }
        case "set_IO_state": return [(method, arguments.ordered(by: ["line", "state"]))]
        case "set_all_IO_state":
            guard case .list(let states)? = arguments.ordered(by: ["stateArray"]).first?.asList else { return [] }
            return states.enumerated().map { ("set_IO_state", [.int($0), $1]) }
        case "set_setting": return [(method, arguments.ordered(by: ["name", "value"]))]
        case "set_trigger": return [(method, arguments.ordered(by: ["ttype", "tmode"]))]
        default: return [(method, arguments.positional + arguments.keywords.pairs.map(\.value))]
        }
    }

    func setClients(of object: String, to uris: [String]) {
        change { memory in
            memory.setClients(of: object, to: uris)
            return true
        }
    }

    private func change(_ body: (inout DeviceMemory) -> Bool) {
        // Passed on under the lock, so that an older state can never overtake a newer one: whoever takes it must not wait
        // for others.
        memory.withLock { memory in
            if body(&memory) { changed(memory) }
        }
    }
}

extension Set<String> {
    /// Whether a call sets one of these settings.
    fileprivate func contains(_ call: (method: String, arguments: [PythonValue])) -> Bool {
        guard call.method == "set_setting", case .str(let name)? = call.arguments.first else { return false }
        return contains(name)
    }
}

extension CallArguments {
    /// The arguments for parameters of these names, whether they were given by place or by name.
    fileprivate func ordered(by names: [String]) -> [PythonValue] {
        positional + names.dropFirst(positional.count).compactMap { keywords[.str($0)] }
    }
}

extension PythonValue {
    /// A tuple as the list that it is as good as.
    fileprivate var asList: PythonValue { if case .tuple(let items) = self { .list(items) } else { self } }
}
