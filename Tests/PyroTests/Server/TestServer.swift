import Logging
import Pickle
import Platform
import Pyro
import Testing

@testable import Pyro

/// A server with one ``TestObject``, which ends with the test.
final class TestServer {
    let object = TestObject()
    let server: PyroServer
    let log = RecordedLog()

    init(at endpoint: Endpoint = .tcp(host: "127.0.0.1", port: 0), _ options: ServerOptions = ServerOptions()) throws {
        server = try PyroServer(
            at: endpoint,
            options: options,
            log: Logger(label: "test") { [log] _ in log },
            translate: { PythonException("RuntimeError", "\($0)") }
        )
        server.register(object, as: "Test")
        server.start()
    }

    convenience init(_ options: ServerOptions) throws {
        try self.init(at: .tcp(host: "127.0.0.1", port: 0), options)
    }

    deinit { server.stop(within: .seconds(5)) }

    func client(_ options: ClientOptions = ClientOptions()) -> PyroClient {
        PyroClient(server.uri(of: "Test"), options: options)
    }

    /// A connection after its handshake.
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

/// An object whose methods add, wait, fail and remember.
final class TestObject: PyroObject {
    private let state = Lock<(value: PythonValue, notes: [PythonValue])>((42, []))
    private let isHolding = Lock(true)
    private let ends = Lock<[ConnectionEnd.Cause]>([])

    let metadata = ObjectMetadata(
        methods: ["add", "echo", "fail", "hold", "myself", "note", "wait", "watch"],
        oneway: ["note"],
        attributes: ["value"]
    )

    /// The notes, once there are this many.
    func notes(_ count: Int) -> [PythonValue]? {
        state.wait(within: .seconds(20)) { $0.notes.count >= count ? $0.notes : nil }
    }

    var noteCount: Int { state.withLock(\.notes.count) }

    /// The causes of the ends of watched connections, once there are this many.
    func ends(_ count: Int) -> [ConnectionEnd.Cause]? {
        ends.wait(within: .seconds(20)) { $0.count >= count ? $0 : nil }
    }

    /// Lets calls of `hold` return.
    func release() { isHolding.update { $0 = false } }

    func isReading(_ method: String) -> Bool { ["add", "echo"].contains(method) }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        switch (method, arguments.positional.first, arguments.positional.dropFirst().first) {
        case ("add", .int(let a)?, .int(let b)?): return .int(a + b)
        case ("add", .int(let a)?, nil):
            guard case .int(let b)? = arguments.keywords["b"] else { break }
            return .int(a + b)
        case ("echo", let value?, nil): return value
        case ("fail", .str(let text)?, nil): throw PythonException("ValueError", text)
        case ("fail", .str(let text)?, .str(let name)?):
            throw PythonException(PythonClass("serial.serialutil", name), [.str(text)])
        case ("myself", nil, nil): return .reference("Test")
        case ("note", let value?, nil):
            state.update { $0.notes.append(value) }
            return .none
        case ("hold", nil, nil):
            let isReleased: Bool? = isHolding.wait(within: .seconds(20)) { $0 ? nil : true }
            return .bool(isReleased == true)
        case ("watch", nil, nil):
            context.end.perform("watch") { [ends] cause in ends.update { $0.append(cause) } }
            return .none
        case ("wait", .float(let seconds)?, nil):
            Pause.wait(for: .seconds(seconds))
            return .none
        default: break
        }
        throw PythonException("TypeError", "\(method)() is not called so")
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue {
        guard attribute == "value" else { throw PythonException("AttributeError", attribute) }
        return state.withLock(\.value)
    }

    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {
        state.withLock { $0.value = value }
    }
}

/// A client that connects and sends nothing by itself.
final class SilentClient {
    private let socket: Socket

    init(_ endpoint: Endpoint) throws { socket = try Socket.connect(to: endpoint, within: .seconds(5)) }

    /// Sends bytes.
    ///
    /// They need not arrive.
    func send(_ bytes: [UInt8]) { try? socket.write(bytes) }

    /// Whether the server closes the connection of a client that sends a handshake byte by byte.
    func isClosedByPeerWhileDripping(
        _ greeting: [UInt8] = Array("PYRO".utf8) + [0, 48] + [UInt8](repeating: 0, count: 1000),
        every interval: Duration,
        within limit: Duration
    ) -> Bool {
        let end = ContinuousClock.now + limit
        for byte in greeting {
            guard ContinuousClock.now < end else { return false }
            guard (try? socket.write([byte])) != nil, !isClosedByPeer(within: interval) else { return true }
        }
        return false
    }

    /// Whether the server closes the connection within the limit.
    func isClosedByPeer(within limit: Duration) -> Bool {
        socket.limitReading(to: limit)
        var byte: [UInt8] = [0]
        do {
            return try socket.read(into: &byte, from: 0, upTo: 1) == 0
        } catch {
            return error == .cutShort
        }
    }
}

/// A log that keeps its messages from the level `info` on.
struct RecordedLog: LogHandler {
    private let lines = Lock<[String]>([])
    var metadata = Logger.Metadata()
    var logLevel = Logger.Level.info

    var messages: [String] { lines.withLock { $0 } }

    func log(event: LogEvent) { lines.withLock { $0.append("\(event.level): \(event.message)") } }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }
}
