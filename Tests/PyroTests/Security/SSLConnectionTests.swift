import Foundation
import Pickle
import Pyro
import Testing

@Suite struct SSLConnectionTests {
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    private func server(_ files: SSLFiles) throws -> TestServer {
        var options = ServerOptions()
        options.wire.ssl = try SSLContext(files)
        return try TestServer(at: .tcp(host: "127.0.0.1", port: 0), options)
    }

    private func client(_ files: SSLFiles) throws -> ClientOptions {
        var options = ClientOptions()
        options.wire.ssl = try SSLContext(files)
        options.connectLimit = .seconds(20)
        return options
    }

    private var trusting: SSLFiles { SSLFiles(authorities: authority.certificate) }

    @Test(arguments: [0, 1, 4000, 1 << 14, 3_000_001])
    func callsOfAnyLengthPass(count: Int) throws {
        let server = try server(authority.files())
        let client = server.client(try client(trusting))
        let bytes = PythonValue.bytes(Bytes((0..<count).map { UInt8(truncatingIfNeeded: $0) }))
        #expect(try client.call("echo", [bytes]) == bytes)
        #expect(try client.call("echo", [.list([bytes, 1, bytes])]) == .list([bytes, 1, bytes]))
        try client.ping(carrying: count)
        #expect(try client.metadata.methods == server.object.metadata.methods)
    }

    @Test func onewayBatchesArriveInOrder() throws {
        let server = try server(authority.files())
        let client = server.client(try client(trusting))
        for number in 0..<500 { try client.sendInOrder("note", [.int(number)]) }
        #expect(server.object.notes(500) == (0..<500).map(PythonValue.int))
    }

    @Test func aClientConnectsAgainAfterItsServerHasRestarted() throws {
        let files = try authority.files()
        var first: TestServer? = try server(files)
        let endpoint = try #require(first?.server.endpoint)
        let client = try #require(first).client(try client(trusting))
        #expect(try client.call("add", [1, 2]) == 3)
        #expect(client.isConnected)
        first = nil
        #expect(!client.isConnected)
        var options = ServerOptions()
        options.wire.ssl = try SSLContext(files)
        let second = try TestServer(at: endpoint, options)
        #expect(try client.call("add", [1, 2]) == 3)
        withExtendedLifetime(second) {}
    }

    @Test func aServerWithTheNameOfAnotherHostIsRefused() throws {
        let server = try server(authority.files(for: "DNS:elsewhere,IP:10.1.2.3"))
        let error = #expect(throws: ClientError.self) { try server.client(client(trusting)).call("add", [1, 2]) }
        #expect("\(try #require(error))".hasSuffix("SSL: certificate verify failed: IP address mismatch"))
    }

    @Test func aServerOfAnotherAuthorityIsRefused() throws {
        let other = try TestAuthority()
        let server = try server(other.files())
        let error = #expect(throws: ClientError.self) { try server.client(client(trusting)).call("add", [1, 2]) }
        #expect("\(try #require(error))".contains("SSL: certificate verify failed: "))
    }

    @Test func ownCertificateIsKnownByAnyName() throws {
        let other = try TestAuthority()
        let files = try other.files(for: "DNS:elsewhere")
        var ours = files
        ours.authorities = authority.certificate
        let server = try server(files)
        #expect(try server.client(client(ours)).call("add", [1, 2]) == 3)
    }

    @Test func clientsShowACertificateWhereItIsRequired() throws {
        let server = try server(authority.files(requiresClientCertificate: true))
        #expect(try server.client(client(authority.files(for: "DNS:anyone"))).call("add", [1, 2]) == 3)
        let other = try TestAuthority()
        var stranger = try other.files()
        stranger.authorities = authority.certificate
        for files in [trusting, stranger] {
            #expect(throws: ClientError.self) { try server.client(client(files)).call("add", [1, 2]) }
        }
        #expect(try server.client(client(authority.files())).call("add", [1, 2]) == 3)
    }

    @Test func clientsWithoutSSLAreToldThatItIsMissing() throws {
        let server = try server(authority.files())
        #expect(throws: ClientError.rejected("this server requires SSL")) {
            try server.client().call("add", [1, 2])
        }
        #expect(try server.client(client(trusting)).call("add", [1, 2]) == 3)
    }

    @Test func clientsWithSSLAreToldThatTheServerHasNone() throws {
        let server = try TestServer()
        let error = #expect(throws: ClientError.self) { try server.client(client(trusting)).call("add", [1, 2]) }
        #expect("\(try #require(error))".hasSuffix("the other end does not use SSL, but this one does"))
        #expect(try server.client().call("add", [1, 2]) == 3)
    }

    @Test func aClientTooManyIsToldSo() throws {
        var options = ServerOptions()
        options.wire.ssl = try SSLContext(authority.files())
        options.maximumConnections = 1
        let server = try TestServer(at: .tcp(host: "127.0.0.1", port: 0), options)
        let first = server.client(try client(trusting))
        #expect(try first.call("add", [1, 2]) == 3)
        #expect(throws: ClientError.rejected("no free workers, increase server threadpool size")) {
            try server.client(client(trusting)).call("add", [1, 2])
        }
        #expect(try first.call("add", [1, 2]) == 3)
    }

    @Test func unixSocketsStayPlain() throws {
        let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).sock").path
        var options = ServerOptions()
        options.wire.ssl = try SSLContext(authority.files())
        let server = try TestServer(at: .unix(path: path), options)
        #expect(try server.client().call("add", [1, 2]) == 3)
        #expect(try server.client(client(trusting)).call("add", [1, 2]) == 3)
    }

    @Test func aServerNeedsACertificate() throws {
        #expect(throws: SSLFileError.self) { try server(trusting) }
    }

    @Test(arguments: [[], [0x16, 0x03, 0x01], [0x16, 0x03, 0x01, 0x02, 0x00, 0x01]] as [[UInt8]])
    func whoDoesNotGoOnWithTheHandshakeIsDroppedInTime(greeting: [UInt8]) throws {
        var options = ServerOptions()
        options.wire.ssl = try SSLContext(authority.files())
        options.maximumConnections = 1
        options.handshakeLimit = .milliseconds(100)
        let server = try TestServer(at: .tcp(host: "127.0.0.1", port: 0), options)
        let silent = try SilentClient(server.server.endpoint)
        silent.send(greeting)
        #expect(silent.isClosedByPeer(within: .seconds(10)))
        let slow = try SilentClient(server.server.endpoint)
        // A record that would be 16 KiB long.
        let record = [0x16, 0x03, 0x01, 0x40, 0x00] + [UInt8](repeating: 1, count: 1000)
        #expect(slow.isClosedByPeerWhileDripping(record, every: .milliseconds(20), within: .seconds(10)))
    }

    @Test func bytesOfNoSenseEndTheirConnectionOnly() throws {
        let server = try server(authority.files())
        var random = SeededGenerator(state: 7)
        for _ in 0..<200 {
            let hostile = try SilentClient(server.server.endpoint)
            let length = Int.random(in: 0...600, using: &random)
            var bytes: [UInt8] = [0x16, 0x03, 0x01, UInt8(length >> 8), UInt8(length & 0xFF)]
            if Bool.random(using: &random), length >= 4 {
                bytes += [1, 0, UInt8((length - 4) >> 8), UInt8((length - 4) & 0xFF)]
            }
            bytes += (bytes.count..<(length + 5)).map { _ in UInt8.random(in: 0...255, using: &random) }
            hostile.send(bytes)
        }
        #expect(try server.client(client(trusting)).call("add", [1, 2]) == 3)
    }
}
