public import Pickle

/// A choice known only when the device is there, such as an SDK's enumeration: the key of one of ``ListedChoices``.
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
    /// Labels that are numbered from zero.
    public init(_ labels: [String]) { choices = labels.enumerated().map { ($0, $1) } }

    public func contains(_ value: ListedChoice) -> Bool { choices.contains { $0.key == value.key } }
    public var python: PythonValue { .list(choices.map { .tuple([.int($0.key), .str($0.label)]) }) }
}
