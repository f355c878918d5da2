import Devices
import Logging
import Pickle
import Pyro
import Testing
import Threads

@testable import Server

@Suite(.serialized) struct ClientStackTests {
    private func stack(
        capacity: Int = 32,
        _ method: DeliveryMethod = .batch,
        changed: @escaping @Sendable ([PyroURI]) -> Void = { _ in }
    ) -> ClientStack {
        var options = DeliveryOptions()
        options.method = method
        return ClientStack(changed: changed) { [options] uri, stack in
            let log = Logger.silent
            return ClientLink(
                uri,
                capacity: capacity,
                options,
                pool: FramePool(),
                tally: DeliveryTally(),
                log: log,
                gone: stack.replace
            )
        }
    }

    private func offer(_ numbers: some Sequence<Int>, to stack: ClientStack) {
        for number in numbers { stack.offer(Delivery(Datum(.int(number), at: 0))) }
    }

    @Test(arguments: DeliveryMethod.allCases)
    func dataArriveInTheirOrder(method: DeliveryMethod) throws {
        let (server, client) = (try ListenerServer(), ListeningClient())
        let stack = stack(method)
        stack.push(server.add(client, "client"))
        offer(0..<20, to: stack)
        #expect(client.data(20) == (0..<20).map(PythonValue.int))
        stack.closeAll()
    }

    @Test func aQueueGetsTheDataAlone() throws {
        let (server, client) = (try ListenerServer(), ListeningClient(method: "put"))
        let stack = stack()
        stack.push(server.add(client, "queue"))
        offer([7], to: stack)
        #expect(client.data(1) == [7])
        stack.closeAll()
    }

    @Test func aMessageIsSentWithoutItsTime() throws {
        let (server, client) = (try ListenerServer(), ListeningClient())
        let stack = stack()
        stack.push(server.add(client, "executor"))
        stack.offer(Delivery(Datum(message: "done", at: 5)))
        stack.offer(Delivery(Datum(1, at: 5)))
        #expect(client.arguments(2) == [["done"], [1, 5.0]])
        stack.closeAll()
    }

    @Test func theLastThatCameGetsThemUntilItIsTakenOff() throws {
        let (server, first, second) = (try ListenerServer(), ListeningClient(), ListeningClient())
        let stack = stack()
        stack.push(server.add(first, "first"))
        stack.push(server.add(second, "second"))
        offer([1], to: stack)
        #expect(second.data(1) == [1])
        stack.pop()
        offer([2], to: stack)
        #expect(first.data(1) == [2])
        stack.pop()
        stack.pop()
        offer([3], to: stack)
        stack.closeAll()
    }

    @Test func aClientThatRegisteredTwiceIsTakenOffTwice() throws {
        let (server, client) = (try ListenerServer(), ListeningClient())
        let stack = stack()
        let uri = server.add(client, "client")
        stack.push(uri)
        stack.push(uri)
        stack.pop()
        offer([1], to: stack)
        #expect(client.data(1) == [1])
        stack.closeAll()
    }

    @Test func aClientThatIsGoneGivesWayToTheOneBefore() throws {
        let (server, client) = (try ListenerServer(), ListeningClient())
        let known = Monitor<[[PyroURI]]>([])
        let stack = stack { uris in known.update { $0.append(uris) } }
        let alive = server.add(client, "alive")
        stack.push(alive)
        stack.push(PyroURI(object: "dead", location: .tcp(host: "127.0.0.1", port: 1)))
        offer([1], to: stack)
        let isDropped: Bool? = known.wait(within: .seconds(20)) { $0.last == [alive] && $0.count > 2 ? true : nil }
        #expect(isDropped == true)
        offer([2], to: stack)
        // What the other one did not get is not lost.
        #expect(client.data(2) == [1, 2])
        stack.closeAll()
    }

    @Test func aClientThatEndsIsTakenOffThoughItGetsNothing() throws {
        let (server, client) = (try ListenerServer(), ListeningClient())
        let known = Monitor<[[PyroURI]]>([])
        let stack = stack { uris in known.update { $0.append(uris) } }
        let alive = server.add(client, "alive")
        stack.push(alive)
        let other = try ListenerServer()
        stack.push(other.add(client, "ending"))
        offer([1], to: stack)
        #expect(client.data(1) == [1])
        other.server.stop(within: .seconds(5))
        let isDropped: Bool? = known.wait(within: .seconds(20)) { $0.last == [alive] && $0.count > 2 ? true : nil }
        #expect(isDropped == true)
        stack.closeAll()
    }

    /// The client may limit its messages to what a frame takes.
    @Test func aClientThatRefusesTheLongMessageGetsItsData() throws {
        var limits = ServerOptions()
        limits.wire.maximumLength = 1 << 20
        let (server, client) = (try ListenerServer(limits), ListeningClient())
        let stack = stack()
        stack.push(server.add(client, "client"))
        offer(0..<20, to: stack)
        #expect(client.data(20) == (0..<20).map(PythonValue.int))
        stack.closeAll()
    }

    @Test func aSlowClientLosesTheOldestAndTheyAreCounted() throws {
        let (server, client) = (try ListenerServer(), ListeningClient(isOpen: false))
        var options = DeliveryOptions()
        options.method = .reply
        let log = Logger.silent
        let uri = server.add(client, "slow")
        let (pool, tally) = (FramePool(), DeliveryTally())
        let link = ClientLink(uri, capacity: 4, options, pool: pool, tally: tally, log: log) { $1.count }
        for number in 0..<100 { link.offer(Delivery(Datum(.int(number), at: 0))) }
        // One may have been on its way already when the queue was filled.
        #expect([95, 96].contains(link.counts.lost))
        client.open()
        let data = try #require(client.data(100 - link.counts.lost))
        #expect(data.suffix(4) == [96, 97, 98, 99])
        link.close()
    }
}
