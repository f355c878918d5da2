import Devices
import Pickle
import Threads

/// An object as a client reaches it: by the Python names of its members.
struct Client {
    let interface: RemoteInterface

    init(_ object: any RemoteObject) {
        let settings = SettingList((object as? any Device)?.settings ?? [])
        interface = RemoteInterface(of: object.typeName) {
            object.remoteMembers
            settings.remoteMembers
        }
    }

    /// Calls a method, and waits until what it began has come to its end.
    @discardableResult
    func call(_ name: String, _ arguments: PythonValue...) throws -> PythonValue {
        try finish(try interface.call(name, Arguments(arguments)))
    }

    func get(_ name: String) throws -> PythonValue { try interface.get(name) }

    func set(_ name: String, to value: PythonValue) throws { _ = try finish(try interface.set(name, to: value)) }

    func setting(_ name: String) throws -> PythonValue { try call("get_setting", .str(name)) }

    func change(_ setting: String, to value: PythonValue) throws { try call("set_setting", .str(setting), value) }

    private func finish(_ outcome: Outcome) throws -> PythonValue {
        switch outcome {
        case .value(let value): return value
        case .pending(let completion):
            let limit = ContinuousClock.now + .seconds(30)
            while ContinuousClock.now < limit {
                if let value = try completion.poll() { return value }
                Pause.wait(for: completion.interval)
            }
            throw DeviceError(.failed, "not complete after half a minute")
        }
    }
}
