public import Devices
public import Pickle
internal import Pyro

/// A device on a server; all its members throw ``CallFailure``.
///
///     let camera = try await RemoteCamera.connect(to: "PYRO:RedCamera@scope-pc:8001")
///     try await camera.setExposureTime(0.02)
///
/// A value that can be passed around and used by many tasks. After a restart of the server the next call reconnects:
/// see ``PyroConnection``.
public protocol RemoteDevice: Sendable {
    /// The connection, for calling members that have no Swift name here.
    var connection: PyroConnection { get }
    /// The device at the other end, of any kind: only ``connect(to:options:)`` checks.
    init(_ connection: PyroConnection)
    /// The kind that ``connect(to:options:)`` expects at the other end.
    static var kind: RemoteKind { get }
}

extension RemoteDevice {
    /// Connects to a device by its URI.
    ///
    /// - Throws: ``CallFailure`` if the device cannot be reached, or is of another kind.
    public static func connect(
        to uri: String,
        options: ConnectionOptions = ConnectionOptions()
    ) async throws -> Self {
        try await at(PyroConnection(to: uri, options: options))
    }

    /// The device at the other end of a connection, after checking that it is of this kind.
    static func at(_ connection: PyroConnection) async throws -> Self {
        let metadata = try await connection.metadata
        let missing = Self.kind.members.subtracting(metadata.methods + metadata.attributes).sorted()
        guard missing.isEmpty else {
            let other = RemoteKind(metadata).map { "; it is a \($0.rawValue)" } ?? ""
            let text = "is not a \(Self.kind.rawValue): it lacks \(missing.joined(separator: ", "))\(other)"
            throw CallFailure(connection.uri.text, "", .unexpected(text))
        }
        return Self(connection)
    }

    /// The device's URI.
    public var uri: String { connection.uri.text }

    public var isEnabled: Bool { get async throws { try await connection.call("get_is_enabled", as: Bool.self) } }

    /// Enables the device.
    public func enable() async throws { try await connection.call("enable") }
    /// Disables the device: a light goes off, a camera stops.
    public func disable() async throws { try await connection.call("disable") }
    public func initialize() async throws { try await connection.call("initialize") }
    /// Shuts the device down for good; its server continues to list it.
    public func shutdown() async throws { try await connection.call("shutdown") }
}

extension RemoteDevice {
    /// The device's settings, in its order.
    public var settings: [SettingDescription] {
        get async throws {
            let call = "describe_settings()"
            let described = try await connection.call("describe_settings")
            return try (described.items ?? []).map { item in
                guard let pair = item.items, pair.count == 2, let name = String(python: pair[0]),
                    let description = SettingDescription(name, pair[1])
                else { throw CallFailure(uri, call, .unexpected("the reply is not a description: \(item.shown)")) }
                return description
            }
        }
    }

    public func describeSetting(_ name: String) async throws -> SettingDescription {
        let value = try await connection.call("describe_setting", .str(name))
        guard let description = SettingDescription(name, value) else {
            let call = "describe_setting(\(PythonValue.str(name).shown))"
            throw CallFailure(uri, call, .unexpected("the reply is not a description: \(value.shown)"))
        }
        return description
    }

    /// The values of all settings by name; `none` for a setting that cannot be read at the moment.
    public var settingValues: PythonDictionary {
        get async throws { try await connection.call("get_all_settings", as: PythonDictionary.self) }
    }

    /// The value of a setting; for an enum setting, the key.
    public func setting(_ name: String) async throws -> PythonValue {
        try await connection.call("get_setting", .str(name))
    }

    /// The value of a setting of a known type.
    public func setting<Value: PythonConvertible & Sendable>(_ name: String, as type: Value.Type) async throws -> Value
    {
        try await connection.call("get_setting", .str(name), as: type)
    }

    public func setSetting(_ name: String, to value: some PythonConvertible) async throws {
        try await connection.call("set_setting", .str(name), value.python)
    }

    /// Sets an enum setting to the choice with a label.
    public func setSetting(_ name: String, toChoice label: String) async throws {
        let description = try await describeSetting(name)
        guard let key = description.key(of: label) else {
            let choices = description.choices.map { "'\($0.label)'" }.joined(separator: ", ")
            let call = "set_setting(\(PythonValue.str(name).shown), \(PythonValue.str(label).shown))"
            let text = choices.isEmpty ? "the setting has no choices" : "no such choice; choices: \(choices)"
            throw CallFailure(uri, call, .unexpected(text))
        }
        try await setSetting(name, to: key)
    }

    /// Sets the values that differ from the device's current ones; read-only settings are skipped.
    ///
    /// - Returns: the values of these settings afterwards.
    @discardableResult
    public func updateSettings(_ values: PythonDictionary) async throws -> PythonDictionary {
        try await connection.call("update_settings", .dict(values))
        let all = try await settingValues
        return PythonDictionary(all.pairs.filter { values[$0.key] != nil })
    }
}

/// A device of any kind, with the members that all kinds have.
public struct PlainDevice: RemoteDevice {
    public static let kind = RemoteKind.device
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }
}

/// A device that sends frames or readings.
public protocol RemoteDataDevice: RemoteDevice {}

extension RemoteDataDevice {
    /// Stops the acquisition as soon as possible; data taken before still arrive.
    public func abort() async throws { try await connection.call("abort") }

    func arrivals<Value: Sendable>(
        keeping capacity: Int,
        _ convert: @escaping @Sendable (PythonValue) -> Value?
    ) async throws -> Arrivals<Value> {
        try await Arrivals(from: connection, keeping: capacity, convert)
    }
}

/// A device of any kind that sends data, with the members that all of these have.
public struct PlainDataDevice: RemoteDataDevice {
    public static let kind = RemoteKind.dataDevice
    public let connection: PyroConnection
    public init(_ connection: PyroConnection) { self.connection = connection }

    /// The frames or readings that the device sends from now on.
    ///
    /// - Parameter capacity: the number kept for a slow reader before the oldest are dropped.
    public func data(keeping capacity: Int = 32) async throws -> Arrivals<PythonValue> {
        try await arrivals(keeping: capacity) { $0 }
    }
}

/// A device that waits for triggers.
public protocol RemoteTriggerTarget: RemoteDevice {}

extension RemoteTriggerTarget {
    public var triggerType: TriggerType {
        get async throws { try await connection.get("trigger_type", as: TriggerType.self) }
    }

    public var triggerMode: TriggerMode {
        get async throws { try await connection.get("trigger_mode", as: TriggerMode.self) }
    }

    public func setTrigger(_ type: TriggerType, _ mode: TriggerMode) async throws {
        try await connection.call("set_trigger", type.python, mode.python)
    }

    /// Triggers once, by software.
    public func trigger() async throws { try await connection.call("trigger") }
}
