internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// The time during which a client cannot be reached: its data go to others, and it is tried again until it reads.
extension Subscriber {
    /// The first wait before another attempt to reach the client, and the longest.
    private static let pauses = (first: Duration.milliseconds(100), longest: Duration.seconds(1))

    /// How often a client may refuse the connection before it counts as gone: it may just be busy.
    private static let mostRejections = 5

    /// Tries to reach the client again; false if it is gone, has left, or has been absent for too long.
    func comesBack(after error: ClientError) -> Bool {
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
        let missed = left(self, .forNow, data)
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
}
