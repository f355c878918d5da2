import Pickle
import Pyro
import Testing

/// Where clients are told that a server is.
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
        #expect(try place(of: server) == server.server.endpoint.location)
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
