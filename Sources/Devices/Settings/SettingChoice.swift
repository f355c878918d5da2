public import Pickle

/// Cases that clients select by number and see by name.
public protocol LabelledCases: CaseIterable, RawRepresentable<Int> {
    /// The name that clients show; by default the name of the case.
    var label: String { get }
}

extension LabelledCases {
    public var label: String { "\(self)" }
}

/// A choice known at compile time: a Swift enum with integer raw values.
public protocol SettingChoice: SettingValue, LabelledCases where Domain == Cases<Self> {}

extension SettingChoice {
    public init?(python value: PythonValue) {
        guard let rawValue = Int(python: value) else { return nil }
        self.init(rawValue: rawValue)
    }
    public var python: PythonValue { .int(rawValue) }
    public static var settingType: SettingType { .enumeration }
    public static var pythonName: String { "int" }
}

/// All cases of a choice, as a list of pairs (key, label) for clients.
public struct Cases<Choice: LabelledCases>: SettingDomain {
    public init() {}
    public func contains(_: Choice) -> Bool { true }
    public var python: PythonValue {
        .list(Choice.allCases.map { .tuple([.int($0.rawValue), .str($0.label)]) })
    }
}

/// A choice known only with the device, such as an enumeration of an SDK: the key of one of ``ListedChoices``.
public struct ListedChoice: SettingValue, Hashable {
    public let key: Int

    public init(_ key: Int) { self.key = key }
    public init?(python value: PythonValue) {
        guard let key = Int(python: value) else { return nil }
        self.key = key
    }
    public var python: PythonValue { .int(key) }
    public static var pythonName: String { "int" }
    public static var settingType: SettingType { .enumeration }
    public typealias Domain = ListedChoices
}

/// The choices of one setting, by key and label.
public struct ListedChoices: SettingDomain {
    private let choices: [(key: Int, label: String)]

    public init(_ choices: [(key: Int, label: String)]) { self.choices = choices }
    /// Choices with these labels, numbered from zero.
    public init(_ labels: [String]) { choices = labels.enumerated().map { ($0, $1) } }

    public func contains(_ value: ListedChoice) -> Bool { choices.contains { $0.key == value.key } }
    public var python: PythonValue { .list(choices.map { .tuple([.int($0.key), .str($0.label)]) }) }
}
