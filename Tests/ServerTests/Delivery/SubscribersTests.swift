import Devices
import Logging
import Pickle
import Platform
import Pyro
import Testing

@testable import Server

@Suite(.serialized) struct SubscribersTests {
    private func subscribers(
        capacity: Int = 32,
        _ method: DeliveryMethod = .batch,
        changed: @escaping @Sendable ([PyroURI]) -> Void = { _ in }
    ) -> Subscribers {
        var options = DeliveryOptions()
        options.method = method
        return Subscribers(changed: changed) { [options] uri, isKnown, subscribers in
            let log = Logger.silent
            return Subscriber(
                uri,
                capacity: capacity,
                options,
                isKnown: isKnown,
                pool: FramePool(),
                tally: DeliveryTally(),
                log: log,
                left: subscribers.replace
            )
        }
    }

    private func offer(_ numbers: some Sequence<Int>, to subscribers: Subscribers) {
        for number in numbers { subscribers.offer(Datum(.int(number), at: 0)) }
    }

    @Test(arguments: DeliveryMethod.allCases)
    func dataArriveInTheirOrder(method: DeliveryMethod) throws {
        let (server, client) = (try ListenerServer(), ListeningClient())
        let subscribers = subscribers(method)
        subscribers.push(server.add(client, "client"))
        offer(0..<20, to: subscribers)
        #expect(client.data(20) == (0..<20).map(PythonValue.int))
        subscribers.closeAll()
    }

    @Test func aQueueGetsTheDataAlone() throws {
        let (server, client) = (try ListenerServer(), ListeningClient(method: "put"))
        let subscribers = subscribers()
        subscribers.push(server.add(client, "queue"))
        offer([7], to: subscribers)
        #expect(client.data(1) == [7])
        subscribers.closeAll()
    }

    @Test func aMessageIsSentWithoutItsTime() throws {
        let (server, client) = (try ListenerServer(), ListeningClient())
        let subscribers = subscribers()
        subscribers.push(server.add(client, "executor"))
        subscribers.offer(Datum(message: "done", at: 5))
        subscribers.offer(Datum(1, at: 5))
        #expect(client.arguments(2) == [["done"], [1, 5.0]])
        subscribers.closeAll()
    }

    @Test func theLastThatCameGetsThemUntilItIsTakenOff() throws {
        let (server, first, second) = (try ListenerServer(), ListeningClient(), ListeningClient())
        let subscribers = subscribers()
        subscribers.push(server.add(first, "first"))
        subscribers.push(server.add(second, "second"))
        offer([1], to: subscribers)
        #expect(second.data(1) == [1])
        subscribers.pop()
        offer([2], to: subscribers)
        #expect(first.data(1) == [2])
        subscribers.pop()
        subscribers.pop()
        offer([3], to: subscribers)
        subscribers.closeAll()
    }

    @Test func aClientThatRegisteredTwiceIsTakenOffTwice() throws {
        let (server, client) = (try ListenerServer(), ListeningClient())
        let subscribers = subscribers()
        let uri = server.add(client, "client")
        subscribers.push(uri)
        subscribers.push(uri)
        subscribers.pop()
        offer([1], to: subscribers)
        #expect(client.data(1) == [1])
        subscribers.closeAll()
    }

    @Test func aClientThatIsGoneGivesWayToTheOneBefore() throws {
        let (server, client) = (try ListenerServer(), ListeningClient())
        let known = Lock<[[PyroURI]]>([])
        let subscribers = subscribers { uris in known.update { $0.append(uris) } }
        let alive = server.add(client, "alive")
        subscribers.push(alive)
        subscribers.push(PyroURI(object: "dead", location: .tcp(host: "127.0.0.1", port: 1)))
        offer([1], to: subscribers)
        let isDropped: Bool? = known.wait(within: .seconds(20)) { $0.last == [alive] && $0.count > 2 ? true : nil }
        #expect(isDropped == true)
        offer([2], to: subscribers)
        // What the other one did not get is not lost.
        #expect(client.data(2) == [1, 2])
        subscribers.closeAll()
    }

    @Test func aClientThatEndsIsTakenOffThoughItGetsNothing() throws {
        let (server, client) = (try ListenerServer(), ListeningClient())
        let known = Lock<[[PyroURI]]>([])
        let subscribers = subscribers { uris in known.update { $0.append(uris) } }
        let alive = server.add(client, "alive")
        subscribers.push(alive)
        let other = try ListenerServer()
        subscribers.push(other.add(client, "ending"))
        offer([1], to: subscribers)
        #expect(client.data(1) == [1])
        other.server.stop(within: .seconds(5))
        let isDropped: Bool? = known.wait(within: .seconds(20)) { $0.last == [alive] && $0.count > 2 ? true : nil }
        #expect(isDropped == true)
        subscribers.closeAll()
    }

    /// The client may limit its messages to what a frame takes.
    @Test func aClientThatRefusesTheLongMessageGetsItsData() throws {
        var limits = ServerOptions()
        limits.wire.maximumLength = 1 << 20
        let (server, client) = (try ListenerServer(limits), ListeningClient())
        let subscribers = subscribers()
        subscribers.push(server.add(client, "client"))
        offer(0..<20, to: subscribers)
        #expect(client.data(20) == (0..<20).map(PythonValue.int))
        subscribers.closeAll()
    }

    @Test func aSlowClientLosesTheOldestAndTheyAreCounted() throws {
        let (server, client) = (try ListenerServer(), ListeningClient(isOpen: false))
        var options = DeliveryOptions()
        options.method = .reply
        let log = Logger.silent
        let uri = server.add(client, "slow")
        let (pool, tally) = (FramePool(), DeliveryTally())
        let subscriber = Subscriber(uri, capacity: 4, options, pool: pool, tally: tally, log: log) { $2.count }
        for number in 0..<100 { subscriber.offer(Datum(.int(number), at: 0)) }
        // One may have been on its way already when the queue was filled.
        #expect([95, 96].contains(subscriber.counts.lost))
        client.open()
        let data = try #require(client.data(100 - subscriber.counts.lost))
        #expect(data.suffix(4) == [96, 97, 98, 99])
        subscriber.close()
    }
}
