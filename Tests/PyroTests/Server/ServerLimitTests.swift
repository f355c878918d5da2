import Pickle
import Pyro
import Testing

@Suite struct ServerLimitTests {
    @Test func aClientTooManyIsRefusedAndTheOthersStay() throws {
        var options = ServerOptions()
        options.maximumConnections = 2
        let server = try TestServer(options)
        let (first, second) = (server.client(), server.client())
        #expect(try first.call("echo", [1]) == 1)
        #expect(try second.call("echo", [2]) == 2)
        #expect(throws: ClientError.rejected("no free workers, increase server threadpool size")) {
            try server.client().call("echo", [3])
        }
        #expect(try first.call("echo", [4]) == 4)
    }

    @Test func whoSaysNothingIsDroppedInTime() throws {
        var options = ServerOptions()
        options.maximumConnections = 1
        options.handshakeLimit = .milliseconds(50)
        let server = try TestServer(options)
        let silent = try SilentClient(server.server.endpoint)
        #expect(silent.isClosedByPeer(within: .seconds(10)))
        #expect(try server.client().call("echo", [1]) == 1)
    }

    @Test func whoSaysLittleAndLessIsDroppedInTimeAsWell() throws {
        var options = ServerOptions()
        options.handshakeLimit = .milliseconds(100)
        let server = try TestServer(options)
        let slow = try SilentClient(server.server.endpoint)
        #expect(slow.isClosedByPeerWhileDripping(every: .milliseconds(20), within: .seconds(10)))
    }

    @Test func aGreetingThatIsTooLongIsRefused() throws {
        var options = ClientOptions()
        options.handshake = .str(String(repeating: "x", count: 100_000))
        let server = try TestServer()
        #expect(throws: ClientError.self) { try server.client(options).call("echo", [1]) }
        #expect(try server.client().call("echo", [1]) == 1)
    }

    @Test func aMessageBeyondTheLimitEndsItsConnectionOnly() throws {
        var options = ServerOptions()
        options.wire.maximumLength = 1000
        let server = try TestServer(options)
        let (large, small) = (server.client(), server.client())
        #expect(try small.call("echo", [1]) == 1)
        #expect(throws: ClientError.self) {
            try large.call("echo", [.bytes(Bytes([UInt8](repeating: 0, count: 2000)))])
        }
        #expect(try small.call("echo", [2]) == 2)
    }

    @Test func aSerializerThatIsSwitchedOffIsRefusedByName() throws {
        var options = ServerOptions()
        options.serializers = [.json]
        let server = try TestServer(options)
        #expect(throws: ClientError.rejected("message used serializer that is not accepted: 4")) {
            try server.client().call("echo", [1])
        }
        var json = ClientOptions()
        json.serializer = .json
        #expect(try server.client(json).call("echo", [1]) == 1)
    }
}

/// The public address of a server in URIs and proxies.
@Suite struct PublicPlaceTests {
    private func server(_ place: ServerOptions.PublicPlace?) throws -> TestServer {
        var options = ServerOptions()
        options.publicPlace = place
        return try TestServer(at: .tcp(host: "127.0.0.1", port: 0), options)
    }

    private func place(of server: TestServer) throws -> PyroURI.Location? {
        guard case .proxy(let proxy) = try server.client().call("myself") else { return nil }
        return proxy.uri.location
    }

    @Test func withoutAnotherOneItIsWhereClientsReachIt() throws {
        let server = try server(nil)
        #expect(try place(of: server) == server.server.endpoint)
        #expect(server.server.publicURI(of: "Test") == server.server.uri(of: "Test"))
    }

    @Test(arguments: [0, 9001])
    func aPlaceForOthersIsTold(port: Int) throws {
        let server = try server(ServerOptions.PublicPlace(host: "scope.example", port: port))
        guard case .tcp(_, let own) = server.server.endpoint else { return }
        let expected = PyroURI.Location.tcp(host: "scope.example", port: port == 0 ? own : port)
        #expect(try place(of: server) == expected)
        #expect(server.server.publicURI(of: "Test").location == expected)
        #expect(server.server.uri(of: "Test").location == .tcp(host: "127.0.0.1", port: own))
    }
}
