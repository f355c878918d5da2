internal import Platform

/// Numbers of data of a device: of those that were sent, and of those that were lost, by the place.
public struct DeliveryCounts: Sendable, Equatable {
    public enum Kind: Int, Sendable, CaseIterable {
        /// Taken from the device for a client.
        case taken
        /// Accepted by a client, or by the network to it.
        case sent
        /// Dropped by the camera, its SDK or its driver, before the server could take them.
        case lostInDevice
        /// Dropped from the queue of a client that was too slow.
        case lostInQueue
        /// Not accepted by their client: it was away, it left, or it raised an exception.
        case lostWithClient
        /// On their way when their process ended unexpectedly.
        case lostWithProcess
        /// Given a number: all that came from the device, or that it has lost, whether anybody wanted them or not.
        case numbered
    }

    private var numbers = [Int](repeating: 0, count: Kind.allCases.count)

    public init() {}

    public subscript(kind: Kind) -> Int {
        get { numbers[kind.rawValue] }
        set { numbers[kind.rawValue] = newValue }
    }

    /// All that were lost, wherever that was.
    public var lost: Int {
        self[.lostInDevice] + self[.lostInQueue] + self[.lostWithClient] + self[.lostWithProcess]
    }

    /// Those that wait for their client, or are being sent.
    public var waiting: Int {
        let done = self[.sent] + self[.lostInQueue] + self[.lostWithClient] + self[.lostWithProcess]
        return max(0, self[.taken] - done)
    }
}

/// The counts of one stream while it is served, which go on from those of earlier processes.
final class DeliveryTally: Sendable {
    private struct State {
        var counts: DeliveryCounts
        let page: DeliveryBook.Page?
    }

    private let state: Lock<State>

    /// - Parameter page: where the counts outlive this process.
    init(_ page: DeliveryBook.Page? = nil) {
        state = Lock(State(counts: page?.counts ?? DeliveryCounts(), page: page))
    }

    var counts: DeliveryCounts { state.withLock(\.counts) }
    var sent: Int { counts[.sent] }
    var lost: Int { counts.lost }

    func add(_ count: Int = 1, to kind: DeliveryCounts.Kind) {
        guard count != 0 else { return }
        state.withLock { state in
            state.counts[kind] += count
            state.page?.store(state.counts[kind], as: kind)
        }
    }

    /// The number of the next datum, which is counted by that.
    func takeNumber() -> Int {
        state.withLock { state in
            defer {
                state.counts[.numbered] += 1
                state.page?.store(state.counts[.numbered], as: .numbered)
            }
            return state.counts[.numbered]
        }
    }

    /// Counts data as something else than before.
    func move(_ count: Int, from old: DeliveryCounts.Kind, to new: DeliveryCounts.Kind) {
        add(count, to: new)
        add(-count, to: old)
    }
}
