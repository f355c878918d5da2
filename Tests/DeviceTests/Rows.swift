import Devices
import Pickle

extension RemoteInterface {
    /// Calls a method as a client does, with its arguments by position.
    @discardableResult
    func call(_ name: String, _ arguments: PythonValue...) throws -> PythonValue {
        try value(of: try call(name, CallArguments(arguments)))
    }

    /// Calls a method with arguments by name.
    @discardableResult
    func call(_ name: String, by keywords: PythonDictionary) throws -> PythonValue {
        try value(of: try call(name, CallArguments([], keywords: keywords)))
    }

    private func value(of outcome: Outcome<Completion>) throws -> PythonValue {
        switch outcome {
        case .value(let value): value
        // The devices here move in no time.
        case .pending(let completion): try completion.poll() ?? "not complete"
        }
    }
}

extension Device {
    /// All rows of the device, with those of its settings.
    var interface: RemoteInterface {
        RemoteInterface(of: typeName) {
            remoteMembers
            SettingList(settings).remoteMembers
        }
    }
}
