import Logging
import Pickle
import Pyro

/// A server with one ``TestObject`` on it, which ends with the test.
final class TestServer {
    let object = TestObject()
    let server: PyroServer

    init(at endpoint: Endpoint = .tcp(host: "127.0.0.1", port: 0), _ options: ServerOptions = ServerOptions()) throws {
        server = try PyroServer(
            at: endpoint,
            options: options,
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            translate: { PythonException("RuntimeError", "\($0)") }
        )
        server.register(object, as: "Test")
        server.start()
    }

    deinit { server.stop(within: .seconds(5)) }

    func client(_ options: ClientOptions = ClientOptions()) -> PyroClient {
        PyroClient(server.uri(of: "Test"), options: options)
    }
}
