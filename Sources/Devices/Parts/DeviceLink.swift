public import Pickle

/// The connection from one device to another one, by the Python names of its members.
///
/// Calls block. They throw the errors of the other device, or that it cannot be reached.
public protocol DeviceLink: Sendable {
    /// The name of the device in messages.
    var name: String { get }
    func call(_ method: String, _ arguments: [PythonValue]) throws -> PythonValue
    func get(_ attribute: String) throws -> PythonValue
    func set(_ attribute: String, to value: PythonValue) throws
    /// Receives the device's data until ``stopReceiving()``, in place of earlier receivers.
    func receive(_ body: @escaping @Sendable (Datum) -> Void) throws
    func stopReceiving() throws
}

extension DeviceLink {
    /// A call with a result of a known type.
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
