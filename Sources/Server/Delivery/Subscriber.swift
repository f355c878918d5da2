internal import Devices
internal import Logging
internal import Pickle
internal import Pyro
internal import Threads

/// Pushes data to one client, from a bounded queue and on a thread of its own: a slow client costs only itself.
final class ClientLink: DataReceiver {
    private struct Queue {
        var waiting: [Delivery] = []
        var sent = 0
        var lost = 0
        var isClosed = false
    }

    let uri: PyroURI
    private let queue = Monitor(Queue())
    private let client: PyroClient
    private let capacity: Int
    private let options: DeliveryOptions
    private let pool: FramePool
    private let tally: DeliveryTally
    private let log: Logger

    /// - Parameter gone: called when the client cannot be reached any more, after which nothing is sent to it; given
    ///   what did not get there, and gives how many of these nobody else took.
    init(
        _ uri: PyroURI,
        capacity: Int,
        _ options: DeliveryOptions,
        pool: FramePool,
        tally: DeliveryTally,
        log: Logger,
        gone: @escaping @Sendable (ClientLink, [Delivery]) -> Int
    ) {
        self.uri = uri
        self.capacity = max(1, capacity)
        self.options = options
        client = PyroClient(uri, options: options.client)
        self.pool = pool
        self.tally = tally
        self.log = log
        log.info("client \(uri.text) registered")
        _ = BlockingThread("to client") { [self] in
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
    func offer(_ delivery: Delivery) -> Bool {
        let (isTaken, lost) = queue.update { queue -> (Bool, Int?) in
            guard !queue.isClosed else { return (false, nil) }
            queue.waiting.append(delivery)
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

    /// How many data are made ahead for a client that takes them as fast as they come, and how few of them must be left
    /// before more are made: waking each other for every single one would cost more than sending it.
    private static let (ahead, few) = (4, 1)

    func waitForRoom(within limit: Duration) {
        guard queue.withLock({ $0.waiting.count >= Self.ahead }) else { return }
        _ = queue.wait(within: limit) { $0.waiting.count <= Self.few || $0.isClosed ? true : nil }
    }

    func streamEnded() {}

    /// Sends what is waiting, then ends.
    func close() { queue.update { $0.isClosed = true } }

    /// Sends until the link is closed; throws if the client goes away before.
    private func sendAll() throws(ClientError) {
        var isReached = greet()
        while let delivery = try next(isReached: isReached) {
            do {
                try send(delivery)
                isReached = true
                queue.withLock { $0.sent += 1 }
                tally.addSent()
            } catch let error as ClientError {
                queue.update { $0.waiting.insert(delivery, at: 0) }
                throw error
            } catch {
                queue.withLock { $0.lost += 1 }
                tally.addLost(1)
                // The client is there and raised an exception, which is its own affair.
                log.warning("client \(uri.text) did not take a datum: \(error)")
            }
        }
        client.close()
    }

    /// Ends the link, and gives what it had still to send.
    private func abandon() -> [Delivery] {
        queue.update { queue in
            defer { queue.waiting.removeAll() }
            queue.isClosed = true
            return queue.waiting
        }
    }

    /// Connects before there is anything to send, so that the log tells at once of a client that cannot be reached;
    /// whether it is.
    private func greet() -> Bool {
        do {
            // Over a network it would take longer than it saves.
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
            log.debug("client \(uri.text) takes frames, but no long message before them: \(error)")
        }
        return true
    }

    private var summary: String {
        let (sent, lost) = counts
        return "\(sent) data sent, \(lost) lost"
    }

    /// How often a client that gets nothing is looked for.
    private static let attention = Duration.seconds(1)

    /// The next datum to send; nil when there will be no more.
    ///
    /// - Throws: when the client ends its connection meanwhile, and cannot be reached again.
    private func next(isReached: Bool) throws(ClientError) -> Delivery? {
        while true {
            var left = 0
            let delivery: Delivery?? = queue.wait(within: Self.attention) { queue in
                guard !queue.waiting.isEmpty else { return queue.isClosed ? .some(nil) : nil }
                left = queue.waiting.count - 1
                return .some(queue.waiting.removeFirst())
            }
            if let delivery {
                // Somebody may wait for room.
                if left <= Self.few { queue.update { _ in } }
                return delivery
            }
            // One that could not be reached from the start is given until its first datum.
            guard isReached, !client.isConnected else { continue }
            do { _ = try client.metadata } catch let error as ClientError { throw error } catch {
                // It is there, and raised an exception, which the next datum will meet as well.
                log.debug("client \(uri.text) was looked for: \(error)")
            }
        }
    }

    private func send(_ delivery: Delivery) throws {
        // A queue, such as microscope-gui's, takes the data alone.
        let isQueue = try client.metadata.methods.contains("put")
        let name = isQueue ? "put" : "receiveData"
        let arguments = isQueue ? [delivery.value(pool)] : delivery.arguments(pool)
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
