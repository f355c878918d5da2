internal import Platform

/// A data source that other code fills: the callback of an SDK, the thread of a timer, a simulation.
///
/// It is bounded: when nobody reads, the oldest data are dropped and counted.
public final class Mailbox: DataSource {
    private struct Contents {
        var waiting: [Result<Datum, any Error>] = []
        var lost = 0
        var isInterrupted = false
    }

    private let capacity: Int
    private let contents = Lock(Contents())

    public init(capacity: Int = 32) { self.capacity = max(1, capacity) }

    public var lost: Int { contents.withLock(\.lost) }

    public func put(_ datum: Datum) { put(.success(datum)) }
    /// Appends an error, which reaches the clients in place of a datum.
    public func put(failure: any Error) { put(.failure(failure)) }

    private func put(_ entry: Result<Datum, any Error>) {
        contents.update { contents in
            if contents.waiting.count == capacity {
                contents.waiting.removeFirst()
                contents.lost += 1
            }
            contents.waiting.append(entry)
        }
    }

    /// Removes all waiting data.
    public func empty() { contents.withLock { $0.waiting.removeAll() } }

    public func next(within limit: Duration) throws -> Datum? {
        let end = contents.wait(within: limit) { contents -> WaitEnd? in
            if contents.isInterrupted {
                contents.isInterrupted = false
                return .interruption
            }
            guard !contents.waiting.isEmpty else { return nil }
            return .entry(contents.waiting.removeFirst())
        }
        guard case .entry(let entry) = end else { return nil }
        return try entry.get()
    }

    private enum WaitEnd {
        case interruption
        case entry(Result<Datum, any Error>)
    }

    public func interrupt() { contents.update { $0.isInterrupted = true } }
}
