internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// A registered client, to which data are pushed from a bounded queue by a thread of its own: a slow client delays
/// nobody else.
final class Subscriber: DataReceiver {
    private struct Queue {
        var waiting: [Datum] = []
        var sent = 0
        var lost = 0
        var isClosed = false
    }

    let uri: PyroURI
    private let queue = Lock(Queue())
    private let client: PyroClient
    private let capacity: Int
    private let options: DeliveryOptions
    private let pool: FramePool
    private let tally: DeliveryTally
    private let log: Logger

    /// - Parameter gone: called with the data that were not sent when the client can no longer be reached, after which
    ///   nothing is sent to it; returns how many of these data nobody else took.
    init(
        _ uri: PyroURI,
        capacity: Int,
        _ options: DeliveryOptions,
        pool: FramePool,
        tally: DeliveryTally,
        log: Logger,
        gone: @escaping @Sendable (Subscriber, [Datum]) -> Int
    ) {
        self.uri = uri
        self.capacity = max(1, capacity)
        self.options = options
        client = PyroClient(uri, options: options.client)
        self.pool = pool
        self.tally = tally
        self.log = log
        log.info("client \(uri.text) registered")
        BlockingThread.startEventually("to client") { [self] in
            do {
                try sendAll()
                log.info("client \(uri.text) left; \(summary)")
            } catch {
                let lost = gone(self, abandon())
                queue.withLock { $0.lost += lost }
                tally.addLost(lost)
                log.warning("client \(uri.text) is gone and gets no more data: \(error); \(summary)")
            }
        }
    }

    var counts: (sent: Int, lost: Int) { queue.withLock { ($0.sent, $0.lost) } }

    @discardableResult
    func offer(_ datum: Datum) -> Bool {
        let (isTaken, lost) = queue.update { queue -> (Bool, Int?) in
            guard !queue.isClosed else { return (false, nil) }
            queue.waiting.append(datum)
            guard queue.waiting.count > capacity else { return (true, nil) }
            queue.waiting.removeFirst()
            queue.lost += 1
            return (true, queue.lost)
        }
        // At one, ten, a hundred…: a client that is always too slow must not fill the log.
        if lost != nil { tally.addLost(1) }
        if let lost, lost.isPowerOfTen { log.warning("client \(uri.text) is too slow: \(lost) data lost") }
        return isTaken
    }

    /// How many data are made ahead for a client that takes them as fast as they come, and how few must be left before
    /// more are made: waking each other for every single datum would cost more than sending it.
    private static let (ahead, few) = (4, 1)

    func waitForRoom(within limit: Duration) {
        guard queue.withLock({ $0.waiting.count >= Self.ahead }) else { return }
        _ = queue.wait(within: limit) { $0.waiting.count <= Self.few || $0.isClosed ? true : nil }
    }

    func streamEnded() {}

    /// Sends the data that are waiting, then ends.
    func close() { queue.update { $0.isClosed = true } }

    /// Sends until the connection is closed; throws if the client goes away before.
    private func sendAll() throws(ClientError) {
        var isReached = greet()
        while let datum = try next(isReached: isReached) {
            do {
                try send(datum)
                isReached = true
                queue.withLock { $0.sent += 1 }
                tally.addSent()
            } catch let error as ClientError {
                queue.update { $0.waiting.insert(datum, at: 0) }
                throw error
            } catch {
                queue.withLock { $0.lost += 1 }
                tally.addLost(1)
                // The client is there and raised an exception, which is not the server's problem.
                log.warning("client \(uri.text) raised an exception for a datum: \(error)")
            }
        }
        client.close()
    }

    /// Ends the connection, and returns the data that were not sent.
    private func abandon() -> [Datum] {
        queue.update { queue in
            defer { queue.waiting.removeAll() }
            queue.isClosed = true
            return queue.waiting
        }
    }

    /// Connects before there is anything to send, so that a client that cannot be reached is logged at once.
    ///
    /// - Returns: whether the client was reached.
    private func greet() -> Bool {
        do {
            // Over a network this would take longer than it saves.
            guard options.warmUp > 0, try client.isLocal else {
                _ = try client.metadata
                return true
            }
        } catch {
            log.warning(
                "client \(uri.text) cannot be reached, which will be tried again with the first datum: \(error)"
            )
            return false
        }
        do { try client.ping(carrying: options.warmUp) } catch {
            log.debug("client \(uri.text) accepts frames, but not a long message before them: \(error)")
        }
        return true
    }

    private var summary: String {
        let (sent, lost) = counts
        return "\(sent) data sent, \(lost) lost"
    }

    /// How often the connection to a client that gets nothing is checked.
    private static let attention = Duration.seconds(1)

    /// The next datum to send; nil when there will be no more.
    ///
    /// - Throws: if the client ends its connection and cannot be reached again.
    private func next(isReached: Bool) throws(ClientError) -> Datum? {
        while true {
            var left = 0
            let datum: Datum?? = queue.wait(within: Self.attention) { queue in
                guard !queue.waiting.isEmpty else { return queue.isClosed ? .some(nil) : nil }
                left = queue.waiting.count - 1
                return .some(queue.waiting.removeFirst())
            }
            if let datum {
                // Another thread may wait for room.
                if left <= Self.few { queue.update { _ in } }
                return datum
            }
            // A client that could not be reached at first is given until its first datum.
            guard isReached, !client.isConnected else { continue }
            do { _ = try client.metadata } catch let error as ClientError { throw error } catch {
                // The client is there and raised an exception, as it will for the next datum.
                log.debug("client \(uri.text) raised an exception when it was checked: \(error)")
            }
        }
    }

    private func send(_ datum: Datum) throws {
        // A queue, such as microscope-gui's, takes the datum without the time.
        let isQueue = try client.metadata.methods.contains("put")
        let name = isQueue ? "put" : "receiveData"
        let arguments = isQueue ? [datum.value(pool)] : datum.arguments(pool)
        switch options.method {
        case .batch: try client.sendInOrder(name, arguments)
        case .oneway: try client.send(name, arguments)
        case .reply: _ = try client.call(name, arguments)
        }
    }
}

extension Int {
    fileprivate var isPowerOfTen: Bool {
        var rest = self
        while rest >= 10, rest % 10 == 0 { rest /= 10 }
        return rest == 1
    }
}
