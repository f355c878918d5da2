internal import Devices
internal import Pickle
internal import Pyro

/// A device, or a part of one, as Pyro clients reach it.
final class ServedObject: PyroObject {
    private let host: DeviceHost
    private let description: ObjectDescription
    private let clientRows: ClientRows?
    let metadata: ObjectMetadata

    init(_ description: ObjectDescription, of host: DeviceHost) {
        self.host = host
        self.description = description
        clientRows = description.stream.map { ClientRows($0, description, host) }
        metadata = ObjectMetadata(
            methods: (description.methods + (clientRows == nil ? [] : ClientRows.methods)).sorted(),
            attributes: description.attributes
        )
    }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> CallResult {
        let arguments = Arguments(arguments.positional, keywords: arguments.keywords)
        if let clientRows, let result = try clientRows.call(method, arguments) { return .value(result) }
        return .value(try host.call(description.index, method, arguments))
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue {
        try host.get(description.index, attribute)
    }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        try host.set(description.index, attribute, to: value)
    }
}
