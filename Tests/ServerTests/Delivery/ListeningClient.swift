import Logging
import Pickle
import Platform
import Pyro

/// The listener of a client that wants the data of a device.
final class ListeningClient: PyroObject {
    private let received = Lock<[[PythonValue]]>([])
    private let gate: Lock<Bool>
    let metadata: ObjectMetadata

    /// - Parameter isOpen: while false, each datum is held before it counts as received.
    init(method: String = "receiveData", isOpen: Bool = true) {
        gate = Lock(isOpen)
        metadata = ObjectMetadata(methods: [method])
    }

    func open() { gate.update { $0 = true } }

    /// The first of the arguments of each call, once there are that many.
    func data(_ count: Int) -> [PythonValue]? { arguments(count)?.map { $0[0] } }

    /// The arguments of each call, once there are that many calls.
    func arguments(_ count: Int) -> [[PythonValue]]? {
        received.wait(within: .seconds(20)) { $0.count >= count ? $0 : nil }
    }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        _ = gate.wait(within: .seconds(20)) { $0 ? true : nil }
        received.update { $0.append(arguments.positional) }
        return .none
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue { .none }
    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {}
}

/// A server for listeners, which ends when it is released.
final class ListenerServer {
    let server: PyroServer

    init(_ options: ServerOptions = ServerOptions()) throws {
        server = try PyroServer(
            at: .tcp(host: "127.0.0.1", port: 0),
            options: options,
            log: .silent,
            translate: { PythonException("RuntimeError", "\($0)") }
        )
        server.start()
    }

    func add(_ client: ListeningClient, _ id: String) -> PyroURI {
        server.register(client, as: id)
        return server.uri(of: id)
    }

    deinit { server.stop(within: .seconds(5)) }
}
