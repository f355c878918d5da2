internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// A link to a device of the same process, through the lock of its host like any client.
final class LocalDeviceLink: DeviceLink {
    let name: String
    private let object: ServedObject
    private let stream: DataStream?
    private let receiver = Lock<LinkReceiver?>(nil)

    init(_ name: String, _ object: ServedObject, stream: DataStream?) {
        (self.name, self.object, self.stream) = (name, object, stream)
    }

    private var context: CallContext {
        // There is no connection that could end.
        CallContext(connection: 0, client: nil, server: .unix(path: ""), isConnected: { true })
    }

    func call(_ method: String, _ arguments: [PythonValue]) throws -> PythonValue {
        try object.call(method, CallArguments(arguments), context)
    }

    func get(_ attribute: String) throws -> PythonValue { try object.get(attribute, context) }
    func set(_ attribute: String, to value: PythonValue) throws { try object.set(attribute, to: value, context) }

    func receive(_ body: @escaping @Sendable (Datum) -> Void) throws {
        guard let stream else { throw DeviceError(.unsupported, "\(name) sends no data") }
        stopReceiving()
        let new = LinkReceiver(pool: stream.pool, body)
        receiver.update { $0 = new }
        stream.clients.push(new)
    }

    func stopReceiving() {
        let old = receiver.update { receiver in
            defer { receiver = nil }
            return receiver
        }
        if let old { stream?.clients.remove(old) }
    }
}

/// The receiver of the data of a device for another device of the same process.
private final class LinkReceiver: DataReceiver {
    private let pool: FramePool
    private let body: @Sendable (Datum) -> Void

    init(pool: FramePool, _ body: @escaping @Sendable (Datum) -> Void) { (self.pool, self.body) = (pool, body) }

    func offer(_ datum: Datum) -> Bool {
        body(Datum(received: datum.value(pool), at: datum.timestamp))
        return true
    }

    func waitForRoom(within limit: Duration) { Pause.wait(for: min(limit, .milliseconds(1))) }
    func streamEnded() {}
}
