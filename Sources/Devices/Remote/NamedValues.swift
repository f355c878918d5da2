public import Pickle

/// A mapping from names to values in the order in which Python sent or shall see them: a stage's positions.
public struct NamedValues<Value: PythonConvertible>: PythonConvertible {
    public var pairs: [(name: String, value: Value)]

    public init(_ pairs: [(name: String, value: Value)]) { self.pairs = pairs }

    public init?(python value: PythonValue) {
        guard case .dict(let dictionary) = value else { return nil }
        pairs = dictionary.pairs.compactMap { key, value in
            guard let name = String(python: key), let value = Value(python: value) else { return nil }
            return (name, value)
        }
        guard pairs.count == dictionary.count else { return nil }
    }

    public var python: PythonValue { .dict(PythonDictionary(pairs.map { (.str($0.name), $0.value.python) })) }
    public static var pythonName: String { "a dict of str to \(Value.pythonName)" }
}

extension NamedValues: Sendable where Value: Sendable {}
