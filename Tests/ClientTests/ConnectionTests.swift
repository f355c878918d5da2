import Logging
import MicroscopeClient
import Pickle
import Platform
import Pyro
import Testing

/// Tests of the spread of calls over connections.
@Suite(.timeLimit(.minutes(3))) struct ConnectionTests {
    @Test func callsOneAfterAnotherShareAConnection() async throws {
        let server = try CountingServer()
        let connection = server.connect()
        for _ in 0..<300 { try await connection.call("pass") }
        #expect(server.object.connections == 1)
    }

    @Test func callsSideBySideDoNotWaitForEachOther() async throws {
        let server = try CountingServer()
        let connection = server.connect()
        // Each of the four returns when all of them have arrived.
        try await withThrowingTaskGroup { group in
            for _ in 0..<4 { group.addTask { try await connection.call("meet", 4) } }
            try await group.waitForAll()
        }
        #expect(server.object.connections == 4)
    }

    @Test func moreCallsThanThereAreConnectionsAreAllMade() async throws {
        let server = try CountingServer()
        let connection = server.connect()
        try await withThrowingTaskGroup { group in
            for _ in 0..<100 { group.addTask { try await connection.call("pass") } }
            try await group.waitForAll()
        }
        #expect(server.object.calls == 100)
        #expect(server.object.connections <= 4)
    }

    @Test func connectionsEndWithTheirOwner() async throws {
        let server = try CountingServer()
        do {
            let connection = server.connect()
            try await connection.call("pass")
        }
        try await eventually { server.object.isAlone }
    }
}

/// Counts calls and the connections that they come by.
private final class CountingObject: PyroObject {
    private struct State {
        var calls = 0
        var waiting = 0
        var isConnected: [Int: @Sendable () -> Bool] = [:]
    }

    private let state = Lock(State())

    let metadata = ObjectMetadata(methods: ["meet", "pass"])

    var calls: Int { state.withLock(\.calls) }
    var connections: Int { state.withLock(\.isConnected.count) }
    /// Whether all who called have gone.
    var isAlone: Bool { state.withLock { $0.isConnected.values.allSatisfy { !$0() } } }

    func call(_ method: String, _ arguments: CallArguments, _ context: CallContext) throws -> PythonValue {
        state.update { state in
            state.calls += 1
            state.isConnected[context.connection] = context.isConnected
        }
        if method == "meet", case .int(let count)? = arguments.positional.first {
            state.update { $0.waiting += 1 }
            let met: Bool? = state.wait(within: .seconds(60)) { $0.waiting >= count ? true : nil }
            guard met == true else { throw PythonException("RuntimeError", "the others did not come") }
        }
        return .none
    }

    func get(_ attribute: String, _ context: CallContext) throws -> PythonValue { .none }
    func set(_ attribute: String, to value: PythonValue, _ context: CallContext) throws {}
}

/// A server with one such object, which ends with the test.
private final class CountingServer {
    let object = CountingObject()
    private let server: PyroServer

    init() throws {
        server = try PyroServer(
            at: .tcp(host: "127.0.0.1", port: 0),
            log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            translate: { PythonException("RuntimeError", "\($0)") }
        )
        server.register(object, as: "Object")
        server.start()
    }

    deinit { server.stop(within: .seconds(5)) }

    func connect() -> PyroConnection { PyroConnection(to: server.uri(of: "Object")) }
}
