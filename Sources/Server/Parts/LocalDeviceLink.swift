internal import Devices
internal import Pickle
internal import Pyro
internal import Threads

/// Reaches a device of the same process, through the lock of its host like any client.
final class LocalPartLink: PartLink {
    let name: String
    private let object: ServedObject
    private let stream: DataStream?
    private let receiver = Monitor<PartReceiver?>(nil)

    init(_ name: String, _ object: ServedObject, stream: DataStream?) {
        (self.name, self.object, self.stream) = (name, object, stream)
    }

    private var context: CallContext {
        // Nobody is behind this connection who could leave.
        CallContext(connection: 0, client: nil, server: .unix(path: ""), isConnected: { true })
    }

    func call(_ method: String, _ arguments: [PythonValue]) throws -> PythonValue {
        guard case .value(let value) = try object.call(method, CallArguments(arguments), context) else { return .none }
        return value
    }

    func get(_ attribute: String) throws -> PythonValue { try object.get(attribute, context) }
    func set(_ attribute: String, to value: PythonValue) throws { try object.set(attribute, to: value, context) }

    func receive(_ body: @escaping @Sendable (Datum) -> Void) throws {
        guard let stream else { throw DeviceError(.unsupported, "\(name) sends no data") }
        stopReceiving()
        let new = PartReceiver(pool: stream.pool, body)
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

/// Takes a device's data for another one of the same process.
private final class PartReceiver: DataReceiver {
    private let pool: FramePool
    private let body: @Sendable (Datum) -> Void

    init(pool: FramePool, _ body: @escaping @Sendable (Datum) -> Void) { (self.pool, self.body) = (pool, body) }

    func offer(_ delivery: Delivery) -> Bool {
        body(Datum(received: delivery.value(pool), at: delivery.timestamp))
        return true
    }

    func waitForRoom(within limit: Duration) { Pause.wait(for: min(limit, .milliseconds(1))) }
    func streamEnded() {}
}
