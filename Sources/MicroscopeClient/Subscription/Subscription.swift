internal import Devices
internal import Pickle
internal import Platform
internal import Pyro

/// A subscription to a device's data that is renewed after interruptions, on its own thread.
final class Subscription: DataFeed {
    let ready = Answer<Void>()
    let end: Task<Void, Never>
    private let state: Lock<State>
    private let wakeup: Wakeup
    private let address: PyroURI
    private let options: ConnectionOptions
    private let capacity: Int
    private let take: @Sendable (PythonValue, Double, FrameFacts?) -> Void
    private let failed: @Sendable (any Error) -> Void

    private struct State {
        var isStopping = false
        var way: FrameWay?
    }

    /// The longest time until a stop is noticed, should the signal be lost.
    private static let attention = Duration.seconds(1)

    /// - Parameters:
    ///   - take: called with each datum, its time and what else is known of it.
    ///   - failed: called with an error that retrying cannot fix; nothing arrives after it.
    init(
        _ address: PyroURI,
        _ options: ConnectionOptions,
        keeping capacity: Int,
        take: @escaping @Sendable (PythonValue, Double, FrameFacts?) -> Void,
        failed: @escaping @Sendable (any Error) -> Void
    ) throws {
        (self.address, self.capacity, self.take, self.failed) = (address, capacity, take, failed)
        var options = options
        // The subscription retries by itself, so that it can be stopped in between.
        options.reconnectLimit = .zero
        self.options = options
        wakeup = try Wakeup()
        state = Lock(State())
        let (closed, closing) = AsyncStream<Void>.makeStream()
        end = Task { for await _ in closed {} }
        BlockingThread.startEventually("data of \(address.object)") { [self] in
            run()
            closing.finish()
        }
    }

    var way: FrameWay? { state.withLock(\.way) }

    func stop() {
        state.update { $0.isStopping = true }
        wakeup.signal()
    }

    private func run() {
        let link = Link(address, options, callLimit: .seconds(10))
        while !mustStop(within: .zero) {
            do {
                let source = try source(link)
                state.withLock { $0.way = source.way }
                ready.give(.success(()))
                try read(source)
            } catch {
                ready.give(.failure(error))
                guard link.hasConnected, Self.mayPass(error) else { return failed(error) }
                if mustStop(within: .milliseconds(100)) { break }
            }
        }
    }

    private func read(_ source: any FrameSource) throws {
        while !mustStop(within: .zero) {
            switch try source.next(or: wakeup, within: Self.attention) {
            case nil: continue
            case .datum(let value, let timestamp, let facts): take(value, timestamp, facts)
            case .failure(let text): take(.exception(PythonException("Exception", text)), Timestamp.now, nil)
            case .end(let refusal): throw refusal
            }
        }
    }

    private func mustStop(within limit: Duration) -> Bool {
        state.wait(within: limit) { $0.isStopping ? true : nil } ?? false
    }

    /// Subscribes by the fastest way.
    private func source(_ link: Link) throws -> any FrameSource {
        let client = try link.connected()
        guard case .dict(let offer) = try client.call("frames_offer") else {
            throw FrameMessage.Malformed("no offer of frames")
        }
        var wanted: PythonDictionary = [
            "policy": "all", "queue": .int(capacity), "name": .str(CommandLine.arguments.first ?? ""),
        ]
        if let queue = offer["queue"].flatMap(Int.init(python:)) { wanted["queue"] = .int(min(capacity, queue)) }
        if options.sharesMemory, case .str(let path)? = offer["socket"], Self.isHere(offer) {
            var shown = wanted
            (shown["object"], shown["ticket"]) = (offer["object"], offer["ticket"])
            do { return try SharedFrames(at: path, shown, within: .seconds(5)) } catch let error as SubscriptionEnd {
                guard ["ticket", "user", "memory"].contains(error.code) else { throw error }
            } catch is SystemError {
                // In a container, or as a user who may not open it: the connection is left.
            }
        }
        return try ConnectionFrames(to: client.uri, options.client, wanted)
    }

    private static func isHere(_ offer: PythonDictionary) -> Bool {
        guard case .str(let machine)? = offer["boot_id"],
            let here = FileSystem.text(of: "/proc/sys/kernel/random/boot_id")
        else { return false }
        return here.prefix { !$0.isWhitespace } == machine
    }

    private static func mayPass(_ error: any Error) -> Bool {
        switch error {
        case is ClientError: true
        case let error as SubscriptionEnd: error.mayPass
        case let error as SystemError: error.code == 104 || error.code == 32
        case let error as CallFailure: if case .address = error.cause { true } else { false }
        default: false
        }
    }
}

/// The thread that brings a device's data, by whichever way.
protocol DataFeed: AnyObject, Sendable {
    /// Completes when the device sends its data, or with the reason that this failed.
    var ready: Answer<Void> { get }
    /// Ends when nothing more will arrive.
    var end: Task<Void, Never> { get }
    var way: FrameWay? { get }
    /// Ends it; returns at once.
    func stop()
}
