import Foundation
import Pickle
import Platform
import Testing

@testable import Pyro

/// Servers on a system that refuses threads.
@Suite struct ShortageTests {
    /// A source of threads that refuses those whose names begin with a text, until another text is set.
    private final class Threads: Sendable {
        private let prefix: Lock<String?>

        init(refusing prefix: String?) { self.prefix = Lock(prefix) }

        func refuse(_ name: String?) { prefix.update { $0 = name } }

        var options: ServerOptions {
            var options = ServerOptions()
            options.startThread = { [prefix] name, body in
                if let refused = prefix.withLock({ $0 }), name.hasPrefix(refused) {
                    throw SystemError("cannot start the thread '\(name)'", code: 11)
                }
                try BlockingThread.start(name, body)
            }
            return options
        }
    }

    @Test func aClientWithoutAThreadIsRefusedAndTheNextIsServed() throws {
        let threads = Threads(refusing: nil)
        let server = try TestServer(threads.options)
        let first = server.client()
        #expect(try first.call("echo", [1]) == 1)
        threads.refuse("")
        for _ in 0..<3 {
            #expect(throws: ClientError.rejected("the server cannot start another thread")) {
                try server.client().call("echo", [2])
            }
        }
        #expect(try first.call("echo", [3]) == 3)
        threads.refuse(nil)
        #expect(try server.client().call("echo", [4]) == 4)
        let messages = server.log.messages
        #expect(messages.count == 1)
        #expect(
            try #require(messages.first).hasSuffix(
                "refused: cannot start the thread 'client 2': Resource temporarily unavailable"
            )
        )
    }

    @Test func onewayCallsRunWithoutAThreadOfTheirOwn() throws {
        let server = try TestServer(Threads(refusing: "oneway").options)
        let client = server.client()
        for number in 0..<10 { try client.send("note", [.int(number)]) }
        #expect(try client.call("echo", [1]) == 1)
        #expect(server.object.notes(10) == (0..<10).map(PythonValue.int))
        #expect(server.log.messages.count == 1)
    }

    @Test func aClientTooManyIsRefusedWithoutAThreadToSayWhy() throws {
        let threads = Threads(refusing: "refusal")
        var options = threads.options
        options.maximumConnections = 1
        let server = try TestServer(options)
        let first = server.client()
        #expect(try first.call("echo", [1]) == 1)
        #expect(throws: ClientError.rejected("no free workers, increase server threadpool size")) {
            try server.client().call("echo", [2])
        }
        #expect(try first.call("echo", [3]) == 3)
    }
}

/// Sockets of servers, which are files.
@Suite struct SocketFileTests {
    @Test func anOrdinaryFileIsNotReplaced() throws {
        let authority = try TestAuthority()
        let path = try authority.write("precious", to: "file")
        #expect(throws: (any Error).self) { try TestServer(at: .unix(path: path)) }
        #expect(try SecretFile.firstLine(of: path) == "precious")
    }

    @Test func aSocketInUseIsNotTaken() throws {
        let authority = try TestAuthority()
        let path = authority.folder.appending(path: "socket").path
        let first = try TestServer(at: .unix(path: path))
        #expect(throws: (any Error).self) { try TestServer(at: .unix(path: path)) }
        #expect(try first.client().call("echo", [1]) == 1)
        withExtendedLifetime(authority) {}
    }
}
