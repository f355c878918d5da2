internal import Devices
internal import Pickle
internal import Platform
internal import Pyro
internal import Synchronization

/// The subscribers to the data of one device, beside the clients that Pyro's methods register: each gets everything that
/// its policy wants, and none delays the device or another one.
final class FrameSubscribers: Sendable {
    let budget: FrameBudget
    private let list = Lock<[FrameSubscriber]>([])
    private let count = Atomic(0)
    private let pools = FramePools()
    private let current = Lock(FrameConditions())
    private let room = Lock(())
    private let waiters = Atomic(0)
    private let isClosed = Lock<FrameRefusal?>(nil)

    /// - Parameter memory: the bytes of frames that all subscribers may hold.
    init(memory: Int) { budget = FrameBudget(memory) }

    /// Cheap, since it is asked for each datum.
    var isEmpty: Bool { count.load(ordering: .acquiring) == 0 }

    func add(_ subscriber: FrameSubscriber) {
        list.withLock { list in
            list.append(subscriber)
            count.store(list.count, ordering: .releasing)
        }
        if let reason = isClosed.withLock({ $0 }) { subscriber.end(reason) }
    }

    func remove(_ subscriber: FrameSubscriber) {
        list.withLock { list in
            list.removeAll { $0 === subscriber }
            count.store(list.count, ordering: .releasing)
        }
        subscriber.leave()
    }

    private var all: [FrameSubscriber] { list.withLock { $0 } }

    // MARK: On the thread that reads the device

    func offer(_ datum: Datum, number: Int) {
        let note = FrameNote(datum, number: number, conditions, pools)
        for subscriber in all { subscriber.offer(note) }
    }

    func noteLost(_ number: Int, inCamera: Int) {
        for subscriber in all {
            if inCamera > 0 { subscriber.noteLost(inCamera, at: .camera) }
            if number > inCamera { subscriber.noteLost(number - inCamera, at: .sdk) }
        }
    }

    func noteSending(_ isSending: Bool) { for subscriber in all { subscriber.noteSending(isSending) } }

    /// Whether one of them would be sent a datum at once.
    private func hasRoom(for count: Int) -> Bool { all.contains { $0.hasRoom(for: count) } }

    /// Waits until one of them would take a datum at once, and a few more behind it, or until the limit.
    func waitForRoom(within limit: Duration) {
        guard !hasRoom(for: 1) else { return }
        waiters.add(1, ordering: .sequentiallyConsistent)
        defer { waiters.add(-1, ordering: .sequentiallyConsistent) }
        // Waking each other for every single datum would cost more than sending it.
        _ = room.wait(within: limit) { _ in hasRoom(for: Self.ahead) ? true : nil }
    }

    private static let ahead = 4

    func noteRoom() {
        if waiters.load(ordering: .sequentiallyConsistent) > 0 { room.update { _ in } }
    }

    // MARK: Settings

    var conditions: FrameConditions { current.withLock { $0 } }

    /// Notes a call that has set something, and what the camera says of itself then.
    func note(_ call: DecodedCall?, _ camera: (any Camera)?) {
        var news = conditions
        if let call { news.note(call.act, call.member, call.arguments) }
        if let camera { news.read(camera) } else if call != nil { news.forget() }
        current.withLock { $0 = news }
    }

    // MARK: Status and end

    var status: [SubscriberStatus] { all.map(\.status) }

    func closeAll(_ reason: FrameRefusal) {
        isClosed.withLock { $0 = reason }
        for subscriber in all { subscriber.end(reason) }
    }
}

extension FrameSubscriber {
    var status: SubscriberStatus {
        state.withLock { state in
            SubscriberStatus(
                name: wanted.name,
                peer: peer,
                way: socket == nil ? "connection" : "shared_memory",
                policy: wanted.policy.rawValue,
                sent: state.counts.sent,
                lost: state.counts.lost,
                skipped: state.counts.skipped,
                held: state.lentCount,
                waiting: state.waiting.count,
                bytes: state.bytes,
                refused: state.counts.refused
            )
        }
    }
}
