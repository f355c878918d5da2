internal import Devices
internal import Logging
internal import Pickle
internal import Platform
internal import Synchronization

/// The reader of the data of a device, on a thread of its own while the device is enabled, which hands them to the
/// clients.
final class DataStream: Sendable {
    let clients: Subscribers
    /// Those who have subscribed, beside the registered clients.
    let subscribers: FrameSubscribers
    /// The device's id.
    let id: String
    private let sendsFrames: Bool
    /// The memory for transformed frames.
    let pool = FramePool()
    let tally: DeliveryTally
    private let source: any DataSource
    private let transforms: Transforms?
    private let log: Logger
    private let reader = Lock<Reader?>(nil)
    let wait = SourceWait()

    /// A thread that reads, and the means to stop it.
    private final class Reader: Sendable {
        private let flag = Atomic(false)
        private let thread: Lock<BlockingThread?> = Lock(nil)

        func start(_ read: @escaping @Sendable (Reader) -> Void) {
            let thread = BlockingThread.startEventually("data") { [self] in read(self) }
            self.thread.withLock { $0 = thread }
        }

        var isStopping: Bool { flag.load(ordering: .acquiring) }

        func stop(_ source: any DataSource) {
            flag.store(true, ordering: .releasing)
            source.interrupt()
            thread.withLock { $0 }?.join()
        }
    }

    /// - Parameters:
    ///   - faults: the faults that its data show on order.
    ///   - tally: the counts of what is sent and lost.
    ///   - clientsChanged: called with the clients whenever they have changed.
    init(
        _ device: any DataDevice,
        as id: String = "",
        _ faults: OrderedFaults? = nil,
        options: DeliveryOptions,
        tally: DeliveryTally = DeliveryTally(),
        log: Logger,
        clientsChanged: @escaping @Sendable ([PyroURI]) -> Void
    ) {
        var options = options
        if !(device is any Camera) { options.warmUp = 0 }
        source = faults.map { FaultyDataSource(device.dataSource, $0) } ?? device.dataSource
        transforms = (device as? any Camera)?.transforms
        self.log = log
        self.tally = tally
        (self.id, sendsFrames) = (id, device is any Camera)
        subscribers = FrameSubscribers(memory: options.frames.memory)
        let capacity = device.bufferLength.flatMap { $0 > 0 ? $0 : nil } ?? options.queueLength
        clients = Subscribers(changed: clientsChanged) { [pool, options, tally] uri, isKnown, subscribers in
            Subscriber(
                uri,
                capacity: capacity,
                options,
                isKnown: isKnown,
                pool: pool,
                tally: tally,
                log: log,
                left: subscribers.replace
            )
        }
    }

    var status: StreamStatus {
        StreamStatus(
            isSending: isRunning,
            tally.counts,
            clients: clients.uris.map(\.text),
            absent: clients.absent,
            subscribers: subscribers.status
        )
    }

    /// What the device sends, in the words of `docs/frames-wire.md`.
    var kind: String { sendsFrames ? "frames" : "values" }

    /// The number of the next datum: how many there were, those that the device has lost included.
    var number: Int { tally.counts[.numbered] }

    var isRunning: Bool { reader.withLock { $0 != nil } }

    /// Starts reading if the device sends, and stops if it does not.
    func follow(isSending: Bool) {
        let finished = reader.withLock { reader -> Reader? in
            switch (isSending, reader) {
            case (true, nil):
                let new = Reader()
                new.start { [self] in read($0) }
                reader = new
                subscribers.noteSending(true)
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
        subscribers.noteSending(false)
    }

    /// Long enough to cost nothing, short enough for a source that missed its interruption.
    private static let patience = Duration.seconds(1)

    private func read(_ reader: Reader) {
        var failures = 0
        let (lostBefore, inCameraBefore) = (source.lost, source.lostInCamera)
        var (lost, lostInCamera) = (0, 0)
        while !reader.isStopping {
            do {
                if source.isOnDemand { waitForRoom() }
                guard var datum = try next() else { continue }
                let total = source.lost - lostBefore
                let inCamera = source.lostInCamera - inCameraBefore
                noteLosses(from: lost, to: total, inCamera: inCamera - lostInCamera)
                (lost, lostInCamera) = (total, inCamera)
                datum.transform = transforms?.total ?? .identity
                pass(datum)
                failures = 0
            } catch {
                failures += 1
                log.error("data: \(ErrorTranslation.text(of: error))")
                pass(Datum(failure: error, at: Timestamp.now))
                // A device that fails again and again must not keep a core busy.
                if failures > 1 { Pause.wait(for: .milliseconds(min(1000, 10 << min(failures, 7)))) }
            }
        }
    }

    /// Waits until somebody would take a datum that is made on demand.
    private func waitForRoom() {
        guard !subscribers.isEmpty else { return clients.waitForRoom(within: .milliseconds(10)) }
        if !clients.hasRoom { subscribers.waitForRoom(within: .milliseconds(10)) }
    }

    private func next() throws -> Datum? {
        wait.begin(within: Self.patience + source.hangTime)
        defer { wait.end() }
        return try source.next(within: Self.patience)
    }

    /// Offers a datum to the clients, and counts it if one of them gets it or misses it.
    private func pass(_ datum: Datum) {
        // Before it is offered: a process that is killed from now on has lost it.
        tally.add(to: .taken)
        switch clients.offer(datum) {
        case .queued: break
        case .missed: tally.add(to: .lostWithClient)
        // Nobody is registered, or a call has got it.
        case .unwanted, .answered: tally.add(-1, to: .taken)
        }
        let number = tally.takeNumber()
        if !subscribers.isEmpty { subscribers.offer(datum, number: number) }
    }

    /// Counts the data that the source has dropped, and logs how many these are since reading began.
    private func noteLosses(from before: Int, to total: Int, inCamera: Int) {
        guard total > before else { return }
        tally.add(total - before, to: .lostInDevice)
        tally.add(total - before, to: .numbered)
        subscribers.noteLost(total - before, inCamera: min(inCamera, total - before))
        // Once for each power of ten: a device that is always too fast must not fill the log.
        if before == 0 || "\(total)".count > "\(before)".count {
            log.warning("data come faster than they can be read: \(total) lost")
        }
    }
}
