import Devices
import Pickle
import Pyro

/// An object that others give out proxies of.
final class ReferenceChild: PyroObject {
    private let name: String

    init(_ name: String) { self.name = name }

    let metadata = ObjectMetadata(methods: ["hello"], attributes: ["name"])

    private var table: RemoteInterface {
        RemoteInterface(of: "Child") {
            RemoteProperty("name", get: { self.name })
            RemoteMethod("hello", Parameter("who", default: "you")) { (who: String) in
                "\(self.name) says hello to \(who)"
            }
        }
    }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> CallResult {
        let arguments = Arguments(arguments.positional, keywords: arguments.keywords)
        guard case .value(let value) = try table.call(method, arguments) else { return .value(.none) }
        return .value(value)
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue { try table.get(attribute) }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        _ = try table.set(attribute, to: value)
    }
}
