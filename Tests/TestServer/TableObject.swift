import Devices
import Pickle
import Pyro

/// An object with a table of what clients can call, as devices have, that no device's host stands in front of.
protocol TableObject: PyroObject {
    var table: RemoteInterface { get }
}

extension TableObject {
    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        try value(of: method, arguments)
    }

    func value(of method: String, _ arguments: CallArguments) throws -> PythonValue {
        guard case .value(let value) = try table.call(method, arguments) else { return .none }
        return value
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue { try table.get(attribute) }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        _ = try table.set(attribute, to: value)
    }
}
