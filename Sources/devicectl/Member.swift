import Devices
import MicroscopeClient
import Pickle
import Pyro

/// A value of a device, found by the one name that people use for it.
///
/// Searched in this order: a setting `gain`, a property `position`, a pair of methods `get_exposure_time` and
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
            let text = "no such setting or property; known names: \(names.joined(separator: ", "))"
            throw CallFailure(connection.uri.text, name, .unexpected(text))
        }
        return Member(bare, .methods(getter: getter, setter: setter), device)
    }

    /// All readable members in the device's order: settings, properties, pairs of methods.
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

    /// Whether it can be read; a set-only member is not read back after it was set.
    var isReadable: Bool {
        if case .methods(nil, _) = kind { false } else { true }
    }

    /// Sets it to the value of words on a command line; only a method takes several.
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

    /// The text of a value, for people.
    func text(_ value: PythonValue) -> String { setting.map { Values.text(value, of: $0) } ?? Values.text(value) }
}

extension [String] {
    /// The names with a `get_…` method without arguments, among the names of methods.
    fileprivate var getters: [String] {
        // These take arguments, or do not return a single value.
        let others: Set = ["get_setting", "get_all_settings", "get_IO_state"]
        return filter { $0.hasPrefix("get_") && !others.contains($0) }.map { String($0.dropFirst(4)) }.sorted()
    }
}

/// Conversions between values and their texts on the command line.
enum Values {
    /// The value of a word: a Python literal, `true`, `false`, `none`, or otherwise the text itself.
    static func parse(_ text: String) -> PythonValue {
        switch text {
        case "true", "false": .bool(text == "true")
        case "none", "null": .none
        default: PythonValue(literal: text) ?? .str(text)
        }
    }

    /// The value of a word for a setting.
    static func parse(_ text: String, for setting: SettingDescription) -> PythonValue {
        switch setting.type {
        case .str: .str(text)
        case .enumeration: setting.key(of: text) ?? parse(text)
        case .tuple: PythonValue(literal: text).flatMap { $0.items == nil ? nil : $0 } ?? parse("(\(text))")
        case .int, .float, .bool: parse(text)
        }
    }

    /// The text of a value: strings without quotes, other values as Python writes them.
    static func text(_ value: PythonValue) -> String {
        switch value {
        case .str(let text): text
        case .uri(let uri): uri.text
        case .proxy(let proxy): proxy.uri.text
        case .list(let items): "[\(items.map(inner).joined(separator: ", "))]"
        case .dict(let dictionary):
            "{\(dictionary.pairs.map { "\($0.key.shown): \(inner($0.value))" }.joined(separator: ", "))}"
        default: value.shown
        }
    }

    private static func inner(_ value: PythonValue) -> String {
        switch value {
        case .str: value.shown
        default: text(value)
        }
    }

    /// The text of a setting's value: its label if it has one.
    static func text(_ value: PythonValue, of setting: SettingDescription) -> String {
        setting.label(of: value) ?? text(value)
    }

    /// The value in JSON: named tuples as lists, enumeration members as texts, arrays as lists of rows.
    static func json(_ value: PythonValue) throws -> String { try plain(value).json }

    private static func plain(_ value: PythonValue) -> PythonValue {
        switch value {
        case .none, .bool, .int, .bigInt, .float, .str: value
        case .list(let items), .tuple(let items), .namedTuple(_, let items), .set(let items), .frozenset(let items):
            .list(items.map(plain))
        case .dict(let dictionary):
            .dict(
                PythonDictionary(
                    dictionary.pairs.map { (.str(String(python: $0.key) ?? $0.key.shown), plain($0.value)) }
                )
            )
        case .scalar(let array): array.element(at: 0).map(number) ?? .none
        case .array(let array): rows(array)
        default: .str(text(value))
        }
    }

    private static func number(_ number: Double) -> PythonValue {
        Int(exactly: number).map(PythonValue.int) ?? .float(number)
    }

    private static func rows(_ array: NDArray) -> PythonValue {
        let numbers = array.doubles.map(number)
        guard array.shape.count == 2, let width = array.shape.last, width > 0, !array.isFortranOrder else {
            return .list(numbers)
        }
        return .list(stride(from: 0, to: numbers.count, by: width).map { .list(Array(numbers[$0..<$0 + width])) })
    }
}

extension SettingDescription {
    /// The allowed values of the setting, for people.
    var allowed: String {
        switch domain {
        case .anything: ""
        case .integers(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .numbers(let range): "\(range.lowerBound) to \(range.upperBound)"
        case .text(let length): "at most \(length) characters"
        case .choices(let choices): choices.map(\.label).joined(separator: ", ")
        }
    }
}
