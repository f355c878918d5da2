public import Pickle

/// The values that a setting may take, in the form in which clients expect them.
public protocol SettingDomain<Value> {
    associatedtype Value
    func contains(_ value: Value) -> Bool
    /// What `describe_setting` gives as `values`.
    var python: PythonValue { get }
}

/// The pair (lowest, highest).
extension ClosedRange: SettingDomain where Bound: PythonConvertible {
    public typealias Value = Bound
    public var python: PythonValue { .tuple([lowerBound.python, upperBound.python]) }
}

/// No limits, which clients see as `None`.
public struct Anything<Value>: SettingDomain {
    public init() {}
    public func contains(_: Value) -> Bool { true }
    public var python: PythonValue { .none }
}

/// The number of characters that a text may have.
public struct MaximumLength: SettingDomain, ExpressibleByIntegerLiteral {
    private let length: Int

    public init(_ length: Int) { self.length = length }
    public init(integerLiteral length: Int) { self.length = length }
    public func contains(_ value: String) -> Bool { value.unicodeScalars.count <= length }
    public var python: PythonValue { .int(length) }
}
