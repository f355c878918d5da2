public import Pickle

extension PythonDictionary: PythonConvertible {
    public init?(python value: PythonValue) {
        guard case .dict(let dictionary) = value else { return nil }
        self = dictionary
    }
    public var python: PythonValue { .dict(self) }
    public static var pythonName: String { "dict" }
}
