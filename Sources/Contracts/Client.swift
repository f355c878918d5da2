public import Devices
public import Pickle
internal import Platform

/// An object as a client reaches it, by the Python names of its members.
public struct Client {
    /// The members, except those that a server adds: the registration for data, and the proxies of parts.
    public let interface: RemoteInterface

    public init(_ object: any RemoteObject) {
        let settings = SettingList((object as? any Device)?.settings ?? [])
        interface = RemoteInterface(of: object.typeName) {
            object.remoteMembers
            settings.remoteMembers
        }
    }

    /// Calls a method, and waits for the end of what it starts.
    @discardableResult
    public func call(_ name: String, _ arguments: PythonValue...) throws -> PythonValue {
        try call(name, with: arguments)
    }

    @discardableResult
    public func call(_ name: String, with arguments: [PythonValue]) throws -> PythonValue {
        try Interruption.check()
        return switch try interface.call(name, CallArguments(arguments)) {
        case .value(let value): value
        case .pending(let completion): try completion.wait()
        }
    }

    public func get(_ name: String) throws -> PythonValue {
        try Interruption.check()
        return try interface.get(name)
    }

    public func set(_ name: String, to value: PythonValue) throws {
        try Interruption.check()
        if case .pending(let completion) = try interface.set(name, to: value) { try completion.wait() }
    }

    public func setting(_ name: String) throws -> PythonValue { try call("get_setting", .str(name)) }

    public func change(_ setting: String, to value: PythonValue) throws {
        try call("set_setting", .str(setting), value)
    }
}

extension Completion {
    /// What the longest way of a slow stage takes, with room; nothing that works waits for it.
    private static let limit = Duration.seconds(300)

    /// Waits for the end, as a device's host does.
    ///
    /// - Parameter look: called between two looks at the device, while it is on its way.
    @discardableResult
    func wait(_ look: () throws -> Void = {}) throws -> PythonValue {
        let limit = ContinuousClock.now + Self.limit
        while ContinuousClock.now < limit {
            if let value = try poll() { return value }
            try Interruption.check()
            try look()
            Pause.wait(for: interval)
        }
        throw DeviceError(.failed, "what it started has not ended within \(Self.limit)")
    }
}

/// A group of errors that clients see as one Python exception.
struct Refusal {
    let name: String
    let matches: (any Error) -> Bool

    static var value: Refusal {
        Refusal(name: "ValueError") { error in
            switch error {
            case RemoteError.value, SettingError.outOfRange: true
            default: false
            }
        }
    }

    static var type: Refusal {
        Refusal(name: "TypeError") { error in
            switch error {
            case RemoteError.type, SettingError.wrongType: true
            default: false
            }
        }
    }

    static var key: Refusal {
        Refusal(name: "KeyError") { error in
            switch error {
            case RemoteError.key, RemoteError.noKey, SettingError.unknown: true
            default: false
            }
        }
    }

    static var index: Refusal {
        Refusal(name: "IndexError") { if case RemoteError.index = $0 { true } else { false } }
    }

    static var notImplemented: Refusal {
        Refusal(name: "NotImplementedError") { error in
            switch error {
            case RemoteError.notImplemented, SettingError.readOnly: true
            default: false
            }
        }
    }

    static func device(_ kind: DeviceError.Kind) -> Refusal {
        Refusal(name: "DeviceError of kind \(kind)") { ($0 as? DeviceError)?.kind == kind }
    }
}
