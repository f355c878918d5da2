import Glibc
import Pickle
import Platform
import Testing

@testable import Pyro

@Suite struct ConnectionEndTests {
    @Test func aReleasedClientIsNoticed() throws {
        let server = try TestServer()
        let client = server.client()
        _ = try client.call("watch")
        client.close()
        #expect(server.object.ends(1) == [.closed])
    }

    @Test func aClientThatLeavesDuringACallIsNoticedBeforeTheCallEnds() throws {
        let server = try TestServer()
        let connection = try server.greeted()
        for method in ["watch", "hold"] {
            let call = WireCall(object: "Test", method: method, arguments: CallArguments())
            var request = Message(type: .invoke, sequence: 1, serializer: SerializerID.pickle.rawValue)
            try PickleSerializer().encodeCall(call, to: &request.payload)
            try connection.send(request)
            if method == "watch" { _ = try connection.receive() }
        }
        connection.socket.shutDown()
        // The call is held until after the end.
        #expect(server.object.ends(1) == [.closed])
        server.object.release()
    }

    @Test func theStopOfTheServerIsNoticed() throws {
        let server = try TestServer()
        _ = try server.client().call("watch")
        let client = server.client()
        _ = try client.call("watch")
        server.server.stop(within: .seconds(20))
        let ends = try #require(server.object.ends(2))
        #expect(ends.contains(.stopped))
    }

    @Test func everyConnectionHasItsOwnNumberAndEnd() throws {
        let server = try TestServer()
        let (first, second) = (server.client(), server.client())
        for client in [first, second] { _ = try client.call("watch") }
        first.close()
        #expect(server.object.ends(1)?.count == 1)
        #expect(try second.call("add", [1, 2]) == 3)
        second.close()
        #expect(server.object.ends(2)?.count == 2)
    }

    @Test func actionsRunOnceInTheirOrderAndAreReplacedByKey() {
        let end = ConnectionEnd()
        let done = Lock<[String]>([])
        for (key, text) in [("a", "old a"), ("b", "b"), ("c", "c"), ("a", "a")] {
            end.perform(key) { cause in done.update { $0.append("\(text): \(cause)") } }
        }
        end.cancel("c")
        #expect(end.cause == nil)
        end.happen(.lost("gone"))
        end.happen(.closed)
        #expect(end.cause == .lost("gone"))
        #expect(
            done.withLock { $0 } == ["b: the connection was lost: gone", "a: the connection was lost: gone"]
        )
    }

    @Test func anActionAfterTheEndRunsAtOnce() {
        let end = ConnectionEnd()
        end.happen(.closed)
        let cause = Lock<ConnectionEnd.Cause?>(nil)
        end.perform("late") { reached in cause.update { $0 = reached } }
        #expect(cause.withLock { $0 } == .closed)
    }

    @Test func acceptedConnectionsEndWithinTheSilenceLimit() throws {
        let listener = try Socket(listeningAt: .tcp(host: "127.0.0.1", port: 0))
        let client = try Socket.connect(to: try #require(listener.localEndpoint), within: .seconds(5))
        let accepted = try #require(try listener.accept())
        accepted.tuneForCalls(silence: ServerOptions().silenceLimit)
        let tcp = Int32(IPPROTO_TCP)
        let idle = try #require(accepted.option(tcp, TCP_KEEPIDLE))
        let interval = try #require(accepted.option(tcp, TCP_KEEPINTVL))
        let count = try #require(accepted.option(tcp, TCP_KEEPCNT))
        #expect(accepted.option(SOL_SOCKET, SO_KEEPALIVE) == 1)
        #expect(idle + interval * count <= 9)
        #expect(try #require(accepted.option(tcp, TCP_USER_TIMEOUT)) <= 9000)
        withExtendedLifetime(client) {}
    }
}
