internal import Devices
internal import Logging
internal import Pickle
internal import Synchronization
internal import Threads

/// Reads a device's data while it is enabled, on a thread of its own, and hands them to its clients.
final class DataStream: Sendable {
    let clients: ClientStack
    /// Memory for frames that are turned.
    let pool = FramePool()
    let tally = DeliveryTally()
    private let source: any DataSource
    private let transforms: Transforms?
    private let log: Logger
    private let reader = Mutex<Reader?>(nil)

    /// A thread that reads, and how it is told to stop.
    private final class Reader: Sendable {
        private let isStopping = Atomic(false)
        private let thread: Mutex<BlockingThread?> = Mutex(nil)

        func start(_ read: @escaping @Sendable (Reader) -> Void) {
            let thread = BlockingThread("data") { [self] in read(self) }
            self.thread.withLock { $0 = thread }
        }

        var shallStop: Bool { isStopping.load(ordering: .acquiring) }

        func stop(_ source: any DataSource) {
            isStopping.store(true, ordering: .releasing)
            source.interrupt()
            thread.withLock { $0 }?.join()
        }
    }

    /// - Parameter clientsChanged: told who the clients are, when others have come or some have gone.
    init(
        _ device: any DataDevice,
        options: DeliveryOptions,
        log: Logger,
        clientsChanged: @escaping @Sendable ([PyroURI]) -> Void
    ) {
        var options = options
        if !(device is any Camera) { options.warmUp = 0 }
        source = device.dataSource
        transforms = (device as? any Camera)?.transforms
        self.log = log
        let capacity = device.bufferLength.flatMap { $0 > 0 ? $0 : nil } ?? options.queueLength
        clients = ClientStack(changed: clientsChanged) { [pool, options, tally] uri, stack in
            ClientLink(uri, capacity: capacity, options, pool: pool, tally: tally, log: log, gone: stack.replace)
        }
    }

    var isRunning: Bool { reader.withLock { $0 != nil } }

    /// Reads from now on if the device sends, and not any more if it does not.
    func follow(isSending: Bool) {
        let finished = reader.withLock { reader -> Reader? in
            switch (isSending, reader) {
            case (true, nil):
                let new = Reader()
                new.start { [self] in read($0) }
                reader = new
                return nil
            case (false, let old?):
                reader = nil
                return old
            default: return nil
            }
        }
        guard let finished else { return }
        finished.stop(source)
        clients.streamEnded()
    }

    /// Long enough to cost nothing, short enough to notice a source that missed its interruption.
    private static let patience = Duration.seconds(1)

    private func read(_ reader: Reader) {
        var failures = 0
        let lostBefore = source.lost
        var lost = 0
        while !reader.shallStop {
            do {
                if source.isOnDemand { clients.waitForRoom(within: .milliseconds(10)) }
                guard let datum = try source.next(within: Self.patience) else { continue }
                let total = source.lost - lostBefore
                noteLosses(from: lost, to: total)
                lost = total
                clients.offer(Delivery(datum, transform: transforms?.total ?? .identity))
                failures = 0
            } catch {
                failures += 1
                log.error("data: \(ErrorTranslation.text(of: error))")
                clients.offer(Delivery(failure: error, at: Timestamp.now))
                // One error is one event; a device that fails again and again must not keep a core busy.
                if failures > 1 { Pause.wait(for: .milliseconds(min(1000, 10 << min(failures, 7)))) }
            }
        }
    }

    /// Counts what gave way in the source before it was read, and says how much that was since reading began.
    private func noteLosses(from before: Int, to total: Int) {
        guard total > before else { return }
        tally.addLost(total - before)
        // With each digit more: a device that is always too fast must not fill the log.
        if before == 0 || "\(total)".count > "\(before)".count {
            log.warning("data come faster than they can be read: \(total) lost")
        }
    }
}

/// How many data a device has sent to its clients and how many they lost, since it was opened.
final class DeliveryTally: Sendable {
    private let sentCount = Atomic(0)
    private let lostCount = Atomic(0)

    var sent: Int { sentCount.load(ordering: .relaxed) }
    var lost: Int { lostCount.load(ordering: .relaxed) }

    func addSent() { sentCount.add(1, ordering: .relaxed) }
    func addLost(_ count: Int) { lostCount.add(count, ordering: .relaxed) }
}
