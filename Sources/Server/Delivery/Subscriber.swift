internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// A registered client, to which data are pushed from a bounded queue by a thread of its own: a slow client delays
/// nobody else.
///
/// A client that cannot be reached, or does not read, is absent: it holds no memory, others get the data, and it is tried
/// again until it is back or has been absent for too long. A client whose program has ended is gone at once.
final class Subscriber: DataReceiver {
    struct Queue {
        var waiting: [Datum] = []
        var sent = 0
        var lost = 0
        var absence: Absence?
        /// Whether an absent client that does answer is given one datum, to see whether it reads.
        var isOnTrial = false
        var isClosed = false

        var takesData: Bool { !isClosed && (absence == nil || isOnTrial && waiting.isEmpty) }

        mutating func takeAbsence() -> Absence? {
            defer { absence = nil }
            return absence
        }
    }

    /// The time during which a client cannot be reached.
    struct Absence: Sendable {
        /// Seconds since 1970.
        let since: Double
        /// How many data it has missed.
        var missed = 0
    }

    let uri: PyroURI
    let queue = Lock(Queue())
    let link: SubscriberLink
    private let capacity: Int
    let memory: Duration
    let tally: DeliveryTally
    let log: Logger
    let left: @Sendable (Subscriber, Leaving, [Datum]) -> Int

    /// What a client does that leaves data behind.
    enum Leaving {
        /// It cannot be reached for now.
        case forNow
        case forGood
    }

    /// - Parameters:
    ///   - isKnown: whether it has got data before, from an earlier process.
    ///   - left: called with the data that were not sent when the client cannot be reached, for now or for good; returns
    ///     how many of these data nobody else took.
    init(
        _ uri: PyroURI,
        capacity: Int,
        _ options: DeliveryOptions,
        isKnown: Bool = false,
        pool: FramePool,
        tally: DeliveryTally,
        log: Logger,
        left: @escaping @Sendable (Subscriber, Leaving, [Datum]) -> Int
    ) {
        self.uri = uri
        self.capacity = max(1, capacity)
        memory = options.clientMemory
        link = SubscriberLink(uri, options, pool: pool, log: log)
        self.tally = tally
        self.log = log
        self.left = left
        log.info("client \(uri.text) registered")
        BlockingThread.startEventually("to client") { [self] in serve(isKnown: isKnown) }
    }

    var counts: (sent: Int, lost: Int) { queue.withLock { ($0.sent, $0.lost) } }

    /// Since when the client has been absent, and what it has missed; nil while it is there.
    var absence: Absence? { queue.withLock(\.absence) }

    private var summary: String {
        let (sent, lost) = counts
        return "\(sent) data sent, \(lost) lost"
    }

    // MARK: The queue

    @discardableResult
    func offer(_ datum: Datum) -> Bool {
        let (isTaken, lost) = queue.update { queue -> (Bool, Int?) in
            guard queue.takesData else { return (false, nil) }
            queue.waiting.append(datum)
            guard queue.waiting.count > capacity else { return (true, nil) }
            queue.waiting.removeFirst()
            queue.lost += 1
            return (true, queue.lost)
        }
        // At one, ten, a hundred…: a client that is always too slow must not fill the log.
        if lost != nil { tally.add(to: .lostInQueue) }
        if let lost, lost.isPowerOfTen { log.warning("client \(uri.text) is too slow: \(lost) data lost") }
        return isTaken
    }

    /// Counts a datum that nobody else has taken while this client is absent; false if it is not.
    func miss() -> Bool {
        queue.withLock { queue in
            guard queue.absence != nil, !queue.isClosed else { return false }
            queue.absence?.missed += 1
            queue.lost += 1
            return true
        }
    }

    /// How many data are made ahead for a client that takes them as fast as they come, and how few must be left before
    /// more are made: waking each other for every single datum would cost more than sending it.
    private static let (ahead, few) = (4, 1)

    func waitForRoom(within limit: Duration) {
        guard queue.withLock({ $0.waiting.count >= Self.ahead }) else { return }
        _ = queue.wait(within: limit) { $0.waiting.count <= Self.few || $0.isClosed ? true : nil }
    }

    /// Whether it would take a datum at once.
    var hasRoom: Bool { queue.withLock { $0.takesData && $0.waiting.count < Self.ahead } }

    func streamEnded() {}

    /// Sends the data that are waiting, then ends.
    func close() { queue.update { $0.isClosed = true } }

    // MARK: The client's thread

    private func serve(isKnown: Bool) {
        var isReached = link.greet() || isKnown
        while true {
            do {
                try sendAll(&isReached)
                return log.info("client \(uri.text) left; \(summary)")
            } catch {
                noteUnconfirmed()
                guard isReached, memory > .zero, comesBack(after: error) else { return leave(error) }
            }
        }
    }

    /// Sends until the connection is closed; throws if the client cannot be reached.
    private func sendAll(_ isReached: inout Bool) throws(ClientError) {
        while let datum = try next(isReached: isReached) {
            do {
                try link.send(datum)
                isReached = true
                queue.withLock { $0.sent += 1 }
                tally.add(to: .sent)
            } catch let error as ClientError {
                queue.update { $0.waiting.insert(datum, at: 0) }
                throw error
            } catch {
                queue.withLock { $0.lost += 1 }
                tally.add(to: .lostWithClient)
                // The client is there and raised an exception, which is not the server's problem.
                log.warning("client \(uri.text) raised an exception for a datum: \(error)")
            }
        }
        link.close()
    }

    /// How often the connection to a client that gets nothing is checked.
    static let attention = Duration.seconds(1)

    /// The next datum to send; nil when there will be no more.
    ///
    /// - Throws: if the connection has ended, or the network does not answer.
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
            if isReached { try link.check() }
        }
    }

    /// Counts what was sent but not confirmed on a connection that has ended as lost.
    private func noteUnconfirmed() {
        let count = link.takeUnconfirmed()
        queue.withLock { queue in
            queue.sent -= count
            queue.lost += count
        }
        tally.move(count, from: .sent, to: .lostWithClient)
    }

    /// Ends the registration of a client that is gone.
    private func leave(_ error: ClientError) {
        let data = queue.update { queue in
            defer { queue.waiting.removeAll() }
            queue.isClosed = true
            return queue.waiting
        }
        link.close()
        let lost = left(self, .forGood, data)
        queue.withLock { $0.lost += lost }
        tally.add(lost, to: .lostWithClient)
        log.warning("client \(uri.text) is gone and gets no more data: \(error); \(summary)")
    }
}

extension Int {
    fileprivate var isPowerOfTen: Bool {
        var rest = self
        while rest >= 10, rest % 10 == 0 { rest /= 10 }
        return rest == 1
    }
}
