public import Pickle

/// How one device reaches another one, wherever that is: by the Python names of its members.
///
/// Calls block, and throw what the device throws, or that it cannot be reached.
public protocol DeviceLink: Sendable {
    /// What messages call the device.
    var name: String { get }
    func call(_ method: String, _ arguments: [PythonValue]) throws -> PythonValue
    func get(_ attribute: String) throws -> PythonValue
    func set(_ attribute: String, to value: PythonValue) throws
    /// Has the device's data come here, from the last that asked on, until ``stopReceiving()``.
    func receive(_ body: @escaping @Sendable (Datum) -> Void) throws
    func stopReceiving() throws
}

extension DeviceLink {
    /// A call with a result of a type that is known.
    func call<Value: PythonConvertible>(
        _ method: String,
        _ arguments: PythonValue...,
        as type: Value.Type = Value.self
    ) throws -> Value {
        try value(try call(method, arguments), of: "\(method)()")
    }

    func get<Value: PythonConvertible>(_ attribute: String, as type: Value.Type = Value.self) throws -> Value {
        try value(try get(attribute), of: attribute)
    }

    private func value<Value: PythonConvertible>(_ python: PythonValue, of member: String) throws -> Value {
        guard let value = Value(python: python) else {
            throw DeviceError(.failed, "\(member) of \(name) is \(python.typeName), not \(Value.pythonName)")
        }
        return value
    }
}
