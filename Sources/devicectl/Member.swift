import MicroscopeClient
import Pickle
import Pyro

/// Something of a device that has a value, by the one name that people know it by.
///
/// Looked for in this order: a setting `gain`, a property `position`, a pair of methods `get_exposure_time` and
/// `set_exposure_time` for the name `exposure_time`, and a method `getValues`.
struct Member: Sendable {
    private enum Kind: Sendable {
        case setting(SettingDescription)
        case property
        case methods(getter: String?, setter: String?)
    }

    let name: String
    private let kind: Kind
    private let device: PlainDevice

    private init(_ name: String, _ kind: Kind, _ device: PlainDevice) {
        self.name = name
        self.kind = kind
        self.device = device
    }

    /// The member with a name.
    static func find(_ name: String, of connection: PyroConnection) async throws -> Member {
        let (metadata, device) = (try await connection.metadata, PlainDevice(connection))
        let settings = metadata.methods.contains("describe_settings") ? try await device.settings : []
        if let setting = settings.first(where: { $0.name == name }) { return Member(name, .setting(setting), device) }
        if metadata.attributes.contains(name) { return Member(name, .property, device) }
        let bare = name.hasPrefix("get_") || name.hasPrefix("set_") ? String(name.dropFirst(4)) : name
        func method(_ prefix: String) -> String? { metadata.methods.first { $0 == prefix + bare } }
        let (getter, setter) = (method("get_"), method("set_"))
        if getter == nil, setter == nil, metadata.methods.contains(name) {
            return Member(name, .methods(getter: name, setter: nil), device)
        }
        guard getter != nil || setter != nil else {
            let names = Set(settings.map(\.name) + metadata.attributes + metadata.methods.getters).sorted()
            let text = "there is no such setting or property, but: \(names.joined(separator: ", "))"
            throw CallFailure(connection.uri.text, name, .unexpected(text))
        }
        return Member(bare, .methods(getter: getter, setter: setter), device)
    }

    /// All members that can be read, in the device's order: settings, properties, pairs of methods.
    static func all(of connection: PyroConnection) async throws -> [Member] {
        let (metadata, device) = (try await connection.metadata, PlainDevice(connection))
        let settings = metadata.methods.contains("describe_settings") ? try await device.settings : []
        let first =
            settings.map { Member($0.name, .setting($0), device) }
            + metadata.attributes.sorted().map { Member($0, .property, device) }
        let known = Set(first.map(\.name))
        return first
            + metadata.methods.getters.filter { !known.contains($0) }
            .map { Member($0, .methods(getter: "get_\($0)", setter: nil), device) }
    }

    var setting: SettingDescription? {
        if case .setting(let setting) = kind { setting } else { nil }
    }

    var value: PythonValue {
        get async throws {
            switch kind {
            case .setting: return try await device.setting(name)
            case .property: return try await device.connection.get(name)
            case .methods(let getter?, _): return try await device.connection.call(getter)
            case .methods(nil, _):
                throw CallFailure(device.uri, name, .unexpected("it can be set, but not read"))
            }
        }
    }

    /// Whether it can be read; what cannot be is not worth a failure after it was set.
    var isReadable: Bool {
        if case .methods(nil, _) = kind { false } else { true }
    }

    /// Sets it to what words on a command line mean; only a method takes several.
    func set(_ words: [String]) async throws {
        switch kind {
        case .setting(let setting):
            try await device.setSetting(name, to: Values.parse(words.joined(separator: " "), for: setting))
        case .property:
            try await device.connection.set(name, to: Values.parse(words.joined(separator: " ")))
        case .methods(_, let setter?): _ = try await device.connection.call(setter, with: words.map(Values.parse))
        case .methods(_, nil):
            throw CallFailure(device.uri, name, .unexpected("it can be read, but not set"))
        }
    }

    /// A value of it for people.
    func text(_ value: PythonValue) -> String { setting.map { Values.text(value, of: $0) } ?? Values.text(value) }
}

extension [String] {
    /// The names for which there is a method `get_…` without arguments, among the names of methods.
    fileprivate var getters: [String] {
        // These take arguments, or do what their names do not say.
        let others: Set = ["get_setting", "get_all_settings", "get_IO_state"]
        return filter { $0.hasPrefix("get_") && !others.contains($0) }.map { String($0.dropFirst(4)) }.sorted()
    }
}
