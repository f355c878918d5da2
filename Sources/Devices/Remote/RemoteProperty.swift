internal import Pickle

/// A row for what Python reads, and perhaps writes, as an attribute.
public struct RemoteProperty: RemoteMember {
    let name: String
    let get: () throws -> PythonValue
    let set: ((PythonValue) throws -> Outcome)?

    public func add(to interface: inout RemoteInterface) { interface.add(self) }

    public init<Value: PythonConvertible>(_ name: String, get: @escaping () throws -> Value) {
        self.name = name
        self.get = { try get().python }
        self.set = nil
    }

    public init<Value: PythonConvertible>(
        _ name: String,
        get: @escaping () throws -> Value,
        set: @escaping (Value) throws -> Void
    ) {
        self.init(name, get: get) { (value: Value) -> PythonValue in
            try set(value)
            return PythonValue.none
        }
    }

    public init<Value: PythonConvertible, Result: RemoteResult>(
        _ name: String,
        get: @escaping () throws -> Value,
        set: @escaping (Value) throws -> Result
    ) {
        self.name = name
        self.get = { try get().python }
        self.set = { try set(Value.decode($0, as: name)).outcome }
    }
}
