internal import Devices
internal import Pickle
internal import Threads

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
