public import Pickle

/// An `enum.Enum` of the `microscope` package, whose members travel by class and value.
public protocol PythonEnumeration: PythonConvertible, RawRepresentable where RawValue == Int {
    static var pythonClass: PythonClass { get }
}

extension PythonEnumeration {
    /// From a member, or from its value.
    public init?(python value: PythonValue) {
        switch value {
        case .enumMember(Self.pythonClass, let rawValue), .int(let rawValue): self.init(rawValue: rawValue)
        default: return nil
        }
    }
    public var python: PythonValue { .enumMember(Self.pythonClass, rawValue) }
    public static var pythonName: String { "\(pythonClass)" }
}
