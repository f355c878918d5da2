internal import Devices
internal import Logging
internal import Pickle
internal import Pyro

/// A device, or a part of one, as Pyro clients reach it.
final class ServedObject: PyroObject {
    private let host: DeviceHost
    private let description: ObjectDescription
    private let clientRows: ClientRows?
    private let memory: MemoryKeeper
    private let log: Logger
    let metadata: ObjectMetadata

    init(_ description: ObjectDescription, of host: DeviceHost, _ memory: MemoryKeeper, log: Logger) {
        self.host = host
        self.log = log
        self.memory = memory
        self.description = description
        clientRows = description.stream.map { ClientRows($0, description, host) }
        metadata = ObjectMetadata(
            methods: (description.methods + (clientRows == nil ? [] : ClientRows.methods)).sorted(),
            attributes: description.attributes
        )
    }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> CallResult {
        if let clientRows, let result = try clientRows.call(method, arguments, context) { return .value(result) }
        let result = try host.call(description.index, method, arguments)
        if DeviceMemory.concerns(method) { memory.note(description, method, arguments, result) }
        noteLight(method, context)
        return .value(result)
    }

    /// Who switched light on or off is what people look for when light is on that should not be, or the reverse.
    private func noteLight(_ method: String, _ context: CallContext) {
        guard description.isLightSource, method == "enable" || method == "disable" else { return }
        let client = context.client.map { "client \($0)" } ?? "a client"
        log.notice("light \(method)d by \(client)")
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue {
        try host.get(description.index, attribute)
    }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        try set(attribute, to: value)
    }

    func set(_ attribute: String, to value: PythonValue) throws {
        try host.set(description.index, attribute, to: value)
        if DeviceMemory.concerns(attribute: attribute) { memory.note(description, attribute: attribute, value) }
    }
}
