import Logging
import Pickle
import Testing

@testable import Pyro

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

    /// A connection whose greeting is over.
    func greeted() throws -> Connection {
        let socket = try Socket.connect(to: server.endpoint, within: .seconds(5))
        let connection = Connection(socket, WireOptions(), greetingWithin: .seconds(5))
        var greeting = Message(type: .connect, flags: .metadata, sequence: 0, serializer: SerializerID.pickle.rawValue)
        let value = PythonValue.dict(["handshake": "hello", "object": "Pyro.Daemon"])
        try PickleWriter.write(value, to: &greeting.payload)
        try connection.send(greeting)
        let answer = try #require(try connection.receive())
        #expect(answer.header.type == .connectOK)
        connection.greeted(readingWithin: .seconds(5))
        return connection
    }
}
