internal import Devices
internal import Pickle
internal import Threads

/// Notes what clients set, and passes it on to where it outlives this process.
final class MemoryKeeper: Sendable {
    private let memory = Monitor(DeviceMemory())
    private let changed: @Sendable (DeviceMemory) -> Void

    init(changed: @escaping @Sendable (DeviceMemory) -> Void) { self.changed = changed }

    /// Notes a call that went well.
    func note(_ object: ObjectDescription, _ method: String, _ arguments: Arguments, _ result: PythonValue) {
        let calls = Self.calls(method, arguments, result)
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
        _ arguments: Arguments,
        _ result: PythonValue
    ) -> [(method: String, arguments: [PythonValue])] {
        switch method {
        case "update_settings":
            guard
                case .dict(let incoming)? = arguments.ordered(by: ["incoming"]).first, case .dict(let changed) = result
            else { return [] }
            return changed.pairs.compactMap { name, _ in incoming[name].map { ("set_setting", [name, $0]) } }
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

extension Arguments {
    /// The arguments for parameters of these names, whether they were given by place or by name.
    fileprivate func ordered(by names: [String]) -> [PythonValue] {
        positional + names.dropFirst(positional.count).compactMap { keywords[.str($0)] }
    }
}
