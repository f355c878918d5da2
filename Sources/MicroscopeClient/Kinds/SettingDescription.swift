public import Devices
public import Pickle

/// A device's description of one of its settings.
public struct SettingDescription: Sendable, Hashable {
    /// The values that a setting may take.
    public enum Domain: Sendable, Hashable {
        /// The device gives no limits, or none that make sense.
        case anything
        case integers(ClosedRange<Int>)
        case numbers(ClosedRange<Double>)
        /// Text up to a number of characters.
        case text(maximumLength: Int)
        case choices([Choice])
    }

    /// One of the values that an enum setting may take.
    public struct Choice: Sendable, Hashable {
        /// The value on the wire: an integer for nearly all devices.
        public let key: PythonValue
        public let label: String
    }

    public let name: String
    public let type: SettingType
    public let domain: Domain
    /// Whether it cannot be set, always or at the moment.
    public let isReadOnly: Bool
    /// Whether its value is the one last set, because the device cannot be asked.
    public let isCached: Bool

    /// Reads the result of `describe_setting`; nil if it is not a description.
    init?(_ name: String, _ value: PythonValue) {
        guard case .dict(let description) = value,
            case .str(let word)? = description["type"], let type = SettingType(rawValue: word)
        else { return nil }
        self.name = name
        self.type = type
        domain = Domain(type, description["values"] ?? .none)
        isReadOnly = description["readonly"].flatMap(Bool.init(python:)) ?? false
        isCached = description["cached"].flatMap(Bool.init(python:)) ?? false
    }

    /// The choices of an enum setting; none for other settings.
    public var choices: [Choice] {
        if case .choices(let choices) = domain { choices } else { [] }
    }

    /// The label of a value of an enum setting; nil for other values.
    public func label(of value: PythonValue) -> String? { choices.first { $0.key == value }?.label }

    /// The key of the choice with a label; nil if there is no such choice.
    public func key(of label: String) -> PythonValue? { choices.first { $0.label == label }?.key }
}

extension SettingDescription.Domain {
    fileprivate init(_ type: SettingType, _ values: PythonValue) {
        switch type {
        case .int: self = Self.range(values).map(Self.integers) ?? .anything
        case .float: self = Self.range(values).map(Self.numbers) ?? .anything
        case .str: self = Int(python: values).map(Self.text) ?? .anything
        case .enumeration: self = .choices((values.items ?? []).compactMap(Self.choice))
        case .bool, .tuple: self = .anything
        }
    }

    /// python-microscope's drivers also give `()` and `(None, None)` for no limits.
    private static func range<Bound: PythonConvertible & Comparable>(_ values: PythonValue) -> ClosedRange<Bound>? {
        guard let bounds = [Bound](python: values), bounds.count == 2, bounds[0] <= bounds[1] else { return nil }
        return bounds[0]...bounds[1]
    }

    private static func choice(_ value: PythonValue) -> SettingDescription.Choice? {
        guard let pair = value.items, pair.count == 2 else { return nil }
        return SettingDescription.Choice(key: pair[0], label: String(python: pair[1]) ?? pair[1].shown)
    }
}
