public import Pickle

/// A type that a setting can hold, with the type of its limits.
public protocol SettingValue: PythonConvertible {
    associatedtype Domain: SettingDomain<Self>
    static var settingType: SettingType { get }
}

extension Int: SettingValue {
    public typealias Domain = ClosedRange<Int>
    public static var settingType: SettingType { .int }
}

extension Double: SettingValue {
    public typealias Domain = ClosedRange<Double>
    public static var settingType: SettingType { .float }
}

extension Bool: SettingValue {
    public typealias Domain = Anything<Bool>
    public static var settingType: SettingType { .bool }
}

extension String: SettingValue {
    public typealias Domain = MaximumLength
    public static var settingType: SettingType { .str }
}

/// The six kinds of setting in the protocol.
public enum SettingType: String, Sendable {
    case int, float, bool, str, tuple
    case enumeration = "enum"
}

/// The allowed values of a setting.
public protocol SettingDomain<Value> {
    associatedtype Value
    func contains(_ value: Value) -> Bool
    /// The `values` of `describe_setting`.
    var python: PythonValue { get }
}

/// The pair (lowest, highest).
extension ClosedRange: SettingDomain where Bound: PythonConvertible {
    public typealias Value = Bound
    public var python: PythonValue { .tuple([lowerBound.python, upperBound.python]) }
}

/// No limits; `None` for clients.
public struct Anything<Value>: SettingDomain {
    public init() {}
    public func contains(_: Value) -> Bool { true }
    public var python: PythonValue { .none }
}

/// The maximum number of characters of a text.
public struct MaximumLength: SettingDomain, ExpressibleByIntegerLiteral {
    private let length: Int

    public init(_ length: Int) { self.length = length }
    public init(integerLiteral length: Int) { self.length = length }
    public func contains(_ value: String) -> Bool { value.unicodeScalars.count <= length }
    public var python: PythonValue { .int(length) }
}
