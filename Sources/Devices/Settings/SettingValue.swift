internal import Pickle

/// A type that a setting can hold, tied to the kind of limits that bound it.
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
