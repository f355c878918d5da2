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

/// The methods by which clients register for a device's data, which do not wait for the device's turn.
struct ClientRows: Sendable {
    static let methods = ["grab_next_data", "receiveClient", "receiveData", "set_client"]

    private let stream: DataStream
    private let description: ObjectDescription
    private let host: DeviceHost

    init(_ stream: DataStream, _ description: ObjectDescription, _ host: DeviceHost) {
        self.stream = stream
        self.description = description
        self.host = host
    }

    /// The result of one of the methods; nil for any other.
    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue? {
        guard Self.methods.contains(method) else { return nil }
        guard case .value(let value) = try table(context).call(method, arguments) else { return nil }
        return value
    }

    private func table(_ context: CallContext) -> RemoteInterface {
        RemoteInterface(of: description.id) {
            RemoteMethod("set_client", "new_client", call: setClient)
            // The name that Cockpit uses.
            RemoteMethod("receiveClient", "client_uri", call: setClient)
            RemoteMethod("receiveData", "data", "timestamp", call: receive)
            RemoteMethod("grab_next_data", Parameter("soft_trigger", default: true)) { (triggers: Bool) in
                try grab(triggers, context)
            }
        }
    }

    private func setClient(_ client: PythonValue) throws {
        switch client {
        case .none: stream.clients.pop()
        case .uri(let uri): try push(uri)
        case .proxy(let proxy): try push(proxy.uri)
        case .str(let text):
            guard let uri = PyroURI(text) else { throw PythonException.pyro("PyroError", "invalid uri '\(text)'") }
            try push(uri)
        default: throw RemoteError.type("a client is a Pyro URI, its text or a proxy, not \(client.typeName)")
        }
    }

    /// No host and no path is longer, and each client is remembered.
    private static let longestURI = 1024

    private func push(_ uri: PyroURI) throws {
        guard uri.text.utf8.count <= Self.longestURI else {
            throw PythonException.pyro("PyroError", "invalid uri of more than \(Self.longestURI) bytes")
        }
        guard uri.location != nil else {
            throw PythonException.pyro("PyroError", "'\(uri.text)' does not say where the client is")
        }
        stream.clients.push(uri)
    }

    /// Data from elsewhere, for whoever waits for the next.
    private func receive(_ data: PythonValue, _ timestamp: Double) {
        stream.clients.offer(Delivery(Datum(data, at: timestamp)))
    }

    /// Waits for the next datum, after a trigger if one is wanted.
    private func grab(_ triggers: Bool, _ context: CallContext) throws -> PythonValue {
        guard stream.isRunning else { throw DeviceError(.disabled, "Camera not enabled.") }
        let receiver = LocalReceiver()
        stream.clients.push(receiver)
        defer { stream.clients.remove(receiver) }
        if triggers, description.methods.contains("trigger") {
            _ = try host.call(description.index, "trigger", CallArguments())
        }
        while true {
            if let delivery = receiver.next(within: Self.attention) { return value(of: delivery) }
            guard stream.isRunning else { throw DeviceError(.disabled, "Camera not enabled.") }
            // A client that gave up must not take a datum from others.
            guard context.isConnected() else { return .none }
        }
    }

    /// How long it may take to notice that there is nobody to grab for any more.
    private static let attention = Duration.milliseconds(200)

    private func value(of delivery: Delivery) -> PythonValue {
        .tuple([delivery.value(stream.pool), .float(delivery.timestamp)])
    }
}
