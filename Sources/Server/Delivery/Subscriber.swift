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
    private struct Queue {
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
    private let queue = Lock(Queue())
    private let link: SubscriberLink
    private let capacity: Int
    private let memory: Duration
    private let tally: DeliveryTally
    private let log: Logger
    private let subscribers: @Sendable (Subscriber, Leaving, [Datum]) -> Int

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
        subscribers = left
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
        guard queue.withLock({ $0.absence == nil }) else { return Pause.wait(for: limit) }
        guard queue.withLock({ $0.waiting.count >= Self.ahead }) else { return }
        _ = queue.wait(within: limit) { $0.waiting.count <= Self.few || $0.isClosed ? true : nil }
    }

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
                try link.send(datum, isReached: isReached)
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
    private static let attention = Duration.seconds(1)

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

    // MARK: Absence

    /// The first wait before another attempt to reach the client, and the longest.
    private static let pauses = (first: Duration.milliseconds(100), longest: Duration.seconds(1))

    /// How often a client may refuse the connection before it counts as gone: it may just be busy.
    private static let mostRejections = 5

    /// Tries to reach the client again; false if it is gone, has left, or has been absent for too long.
    private func comesBack(after error: ClientError) -> Bool {
        // A client that ends its connection may take another at once; one that does not read keeps nothing here.
        if error != .timedOut {
            switch link.reconnect() {
            case .back: return true
            case .gone: return false
            case .rejected, .away: break
            }
        }
        begin(after: error)
        let end = ContinuousClock.now + memory
        var (pause, rejections) = (Self.pauses.first, 0)
        while ContinuousClock.now < end {
            let isClosed: Bool? = queue.wait(within: pause) { $0.isClosed ? true : nil }
            if isClosed == true { return false }
            pause = min(pause * 2, Self.pauses.longest)
            switch link.reconnect() {
            case .back:
                guard error != .timedOut || reads() else { continue }
                finish()
                return true
            case .gone: return false
            case .rejected:
                rejections += 1
                if rejections > Self.mostRejections { return false }
            case .away: break
            }
        }
        return false
    }

    /// Whether a client that had stopped reading takes one datum; others get those that follow meanwhile.
    private func reads() -> Bool {
        queue.update { $0.isOnTrial = true }
        defer { queue.update { $0.isOnTrial = false } }
        while true {
            let datum: Datum?? = queue.wait(within: Self.attention) { queue in
                guard !queue.waiting.isEmpty else { return queue.isClosed ? .some(nil) : nil }
                queue.isOnTrial = false
                return .some(queue.waiting.removeFirst())
            }
            do {
                guard let datum else {
                    try link.check()
                    continue
                }
                // It has left.
                guard let datum else { return false }
                return try prove(with: datum)
            } catch { return false }
        }
    }

    private func prove(with datum: Datum) throws(ClientError) -> Bool {
        do {
            try link.prove(with: datum)
            queue.withLock { $0.sent += 1 }
            tally.add(to: .sent)
        } catch {
            _ = miss()
            tally.add(to: .lostWithClient)
            // An exception of its own shows that it reads.
            guard let error = error as? ClientError else { return true }
            _ = link.takeUnconfirmed()
            throw error
        }
        return true
    }

    private func begin(after error: ClientError) {
        let data = queue.update { queue in
            defer { queue.waiting.removeAll() }
            queue.absence = Absence(since: Timestamp.now)
            return queue.waiting
        }
        let missed = subscribers(self, .forNow, data)
        queue.withLock { queue in
            queue.absence?.missed += missed
            queue.lost += missed
        }
        tally.add(missed, to: .lostWithClient)
        log.warning(
            "client \(uri.text) cannot be reached and gets data again when it answers within \(memory.formatted): \(error)"
        )
    }

    private func finish() {
        guard let absence = queue.update({ $0.takeAbsence() }) else { return }
        let time = Duration.seconds(Timestamp.now - absence.since)
        log.notice("client \(uri.text) is back after \(time.formatted); it has missed \(absence.missed) data")
    }

    /// Ends the registration of a client that is gone.
    private func leave(_ error: ClientError) {
        let data = queue.update { queue in
            defer { queue.waiting.removeAll() }
            queue.isClosed = true
            return queue.waiting
        }
        link.close()
        let lost = subscribers(self, .forGood, data)
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
