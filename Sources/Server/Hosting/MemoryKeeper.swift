internal import Devices
internal import Pickle
internal import Threads

/// Notes what clients set, and passes it on to where it outlives this process.
final class MemoryKeeper: Sendable {
    private let memory = Monitor(DeviceMemory())
    private let changed: @Sendable (DeviceMemory) -> Void

    init(changed: @escaping @Sendable (DeviceMemory) -> Void) { self.changed = changed }

    func note(_ object: ObjectDescription, _ method: String, _ arguments: Arguments) {
        change { memory in
            let call = DeviceMemory.Call(object: object.id, method: method, arguments: arguments.all)
            return memory.note(call, isLightSource: object.isLightSource)
        }
    }

    func setClients(of object: String, to uris: [String]) {
        change { memory in
            memory.setClients(of: object, to: uris)
            return true
        }
    }

    private func change(_ body: (inout DeviceMemory) -> Bool) {
        // Passed on under the lock, so that an older state can never overtake a newer one.
        memory.withLock { memory in
            if body(&memory) { changed(memory) }
        }
    }
}

extension Arguments {
    /// The arguments in one list, those given by name in their order: the methods that are kept take them so.
    fileprivate var all: [PythonValue] { positional + keywords.pairs.map(\.value) }
}
