import Foundation
import Pickle
import Platform
import Pyro
import Testing

@Suite struct PyroClientTests {
    @Test(arguments: SerializerID.allCases)
    func callsReachTheObjectInEverySerializer(serializer: SerializerID) throws {
        let server = try TestServer()
        var options = ClientOptions()
        options.serializer = serializer
        let client = server.client(options)
        #expect(try client.call("add", [1, 2]) == 3)
        #expect(try client.call("add", [1], keywords: ["b": 5]) == 6)
        try client.set("value", to: "new")
        #expect(try client.get("value") == "new")
        let error = #expect(throws: PythonException.self) { try client.call("fail", ["no ✓"]) }
        #expect(error?.arguments == ["no ✓"])
        #expect(error?.attributes["_pyroTraceback"] != nil)
        #expect(try client.metadata.methods == server.object.metadata.methods)
    }

    @Test func exceptionsOfUnknownClassesAreShownUnderANameThatIsKnown() throws {
        let server = try TestServer()
        let error = #expect(throws: PythonException.self) {
            try server.client().call("fail", ["no port", "SerialException"])
        }
        #expect(error?.type == PythonClass("builtins", "RuntimeError"))
        #expect(error?.text == "SerialException: no port")
        guard case .list(let lines)? = error?.attributes["_pyroTraceback"] else { return #expect(Bool(false)) }
        #expect(!lines.isEmpty)
    }

    @Test(
        arguments: [
            (PythonException("ValueError", "no ✓"), "ValueError: no ✓\n"),
            (PythonException("KeyError", "gain"), "KeyError: 'gain'\n"),
            (PythonException("TypeError", ""), "TypeError\n"),
            (PythonException(PythonClass("builtins", "KeyError"), [5]), "KeyError: 5\n"),
            (PythonException(PythonClass("builtins", "StopIteration"), []), "StopIteration\n"),
            (PythonException(PythonClass("microscope", "DeviceError"), ["lost"]), "microscope.DeviceError: lost\n"),
        ]
    )
    func tracebacksEndAsPythons(exception: PythonException, last: String) {
        #expect(exception.tracebackLines.first == "Traceback (most recent call last):\n")
        #expect(exception.tracebackLines.last == last)
    }

    @Test func whatIsNoNameIsAnUnknownObject() throws {
        let server = try TestServer()
        let daemon = PyroClient(PyroURI(object: "Pyro.Daemon", location: server.client().uri.location))
        for name in [.none, 5, "nobody"] as [PythonValue] {
            let error = #expect(throws: PythonException.self) { try daemon.call("get_metadata", [name]) }
            #expect(error?.type == PythonClass("Pyro4.errors", "DaemonError"))
        }
    }

    @Test func signedAndCompressedMessagesPass() throws {
        var server = ServerOptions()
        server.wire.hmacKey = Array("key".utf8)
        server.wire.compresses = true
        var options = ClientOptions()
        options.wire = server.wire
        let test = try TestServer(at: .tcp(host: "127.0.0.1", port: 0), server)
        let text = PythonValue.str(String(repeating: "long ", count: 1000))
        #expect(try test.client(options).call("echo", [text]) == text)
        options.wire.hmacKey = Array("another".utf8)
        #expect(throws: ClientError.self) { try test.client(options).call("echo", [1]) }
        options.wire.hmacKey = nil
        #expect(throws: ClientError.self) { try test.client(options).call("echo", [1]) }
    }

    @Test func unixSocketsAndIPv6Work() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sock").path
        for endpoint in [Endpoint.unix(path: path), .tcp(host: "::1", port: 0)] {
            let server = try TestServer(at: endpoint)
            #expect(try server.client().call("add", [1, 2]) == 3)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
    }

    @Test(arguments: [0, 1, 1 << 16, 3_000_001])
    func pingsOfAnyLengthAreAnswered(count: Int) throws {
        let server = try TestServer()
        let client = server.client()
        try client.ping(carrying: count)
        #expect(try client.call("add", [1, 1]) == 2)
        #expect(try client.isLocal)
    }

    @Test func onewayBatchesArriveInOrder() throws {
        let server = try TestServer()
        let client = server.client()
        for number in 0..<500 { try client.sendInOrder("note", [.int(number)]) }
        #expect(server.object.notes(500) == (0..<500).map(PythonValue.int))
    }

    @Test func onewayCallsArriveAndKeepTheConnectionInStep() throws {
        let server = try TestServer()
        let client = server.client()
        for number in 0..<100 { try client.send("note", [.int(number)]) }
        #expect(try client.call("add", [1, 1]) == 2)
        #expect(server.object.notes(100) == (0..<100).map(PythonValue.int))
    }

    @Test func aSlowCallKeepsNobodyElseWaiting() throws {
        let server = try TestServer()
        let slow = server.client()
        let thread = try BlockingThread.start("slow") { _ = try? slow.call("wait", [0.5]) }
        #expect(try server.client().call("add", [1, 2]) == 3)
        #expect(!thread.join(within: .zero))
        #expect(thread.join(within: .seconds(20)))
    }

    @Test func aReplyThatDoesNotComeInTimeEndsTheConnection() throws {
        let server = try TestServer()
        var options = ClientOptions()
        options.callLimit = .milliseconds(50)
        let client = server.client(options)
        #expect(throws: ClientError.timedOut) { try client.call("wait", [1.0]) }
        #expect(try client.call("add", [1, 2]) == 3)
    }

    @Test func aClientConnectsAgainAfterItsServerHasRestarted() throws {
        var server: TestServer? = try TestServer()
        let endpoint = try #require(server?.server.endpoint)
        let client = try #require(server?.client())
        #expect(try client.call("add", [1, 2]) == 3)
        server = nil
        #expect(throws: ClientError.self) { try client.call("add", [1, 2]) }
        let second = try TestServer(at: endpoint)
        #expect(try client.call("add", [1, 2]) == 3)
        withExtendedLifetime(second) {}
    }

    @Test func whatCannotBeReachedIsNamed() throws {
        let client = PyroClient(PyroURI(object: "x", location: .tcp(host: "no-such-host.invalid", port: 1)))
        let error = #expect(throws: ClientError.self) { try client.call("x") }
        #expect("\(try #require(error))".contains("no-such-host.invalid"))
        let unknown = try TestServer()
        let wrong = PyroClient(unknown.server.uri(of: "Nobody"))
        #expect(throws: ClientError.rejected("unknown object")) { try wrong.call("x") }
    }

    @Test func aPortThatIsTakenIsNamed() throws {
        let server = try TestServer()
        let error = #expect(throws: (any Error).self) { try TestServer(at: server.server.endpoint) }
        #expect("\(try #require(error))" == "listen on \(server.server.endpoint): Address already in use")
    }
}
