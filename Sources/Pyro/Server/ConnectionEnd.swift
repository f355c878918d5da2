internal import Glibc
internal import Platform
internal import Synchronization

/// The end of a client's connection, and the actions to take then.
///
/// The server uses it, for example, to switch a light off when the client that switched it on has gone. An end is
/// noticed when the client closes the connection or exits, even while one of its calls is running, and within
/// ``ServerOptions/silenceLimit`` when its machine no longer answers.
public final class ConnectionEnd: Sendable {
    /// The way in which a connection ended.
    public enum Cause: Sendable, Equatable, CustomStringConvertible {
        /// The client released its proxy, or its program exited or was killed.
        case closed
        /// The connection failed, or the server dropped it.
        case lost(String)
        /// The server was stopped.
        case stopped

        public var description: String {
            switch self {
            case .closed: "the client closed the connection"
            case .lost(let reason): "the connection was lost: \(reason)"
            case .stopped: "the server was stopped"
            }
        }
    }

    private struct State {
        var cause: Cause?
        var actions: [(key: String, action: @Sendable (Cause) -> Void)] = []
        /// Called at the first action, so that connections without any need not be watched.
        var watch: (@Sendable (ConnectionEnd) -> Void)?
    }

    private let state: Lock<State>
    private let earlier = Atomic<UInt16>(0)
    private let latest = Atomic<UInt16>(0)

    public init() { state = Lock(State()) }

    /// - Parameter watch: called once, when the first action is added.
    init(watch: @escaping @Sendable (ConnectionEnd) -> Void) { state = Lock(State(watch: watch)) }

    /// The way in which the connection ended; nil while it continues.
    public var cause: Cause? { state.withLock(\.cause) }

    /// Takes an action when the connection ends, or at once if it has already ended.
    ///
    /// The action runs once, after those added before it, and replaces an earlier action with the same key. It must return
    /// soon: it may run on the thread that watches all connections.
    public func perform(_ key: String, _ action: @escaping @Sendable (Cause) -> Void) {
        let (cause, watch) = state.withLock { state -> (Cause?, (@Sendable (ConnectionEnd) -> Void)?) in
            guard state.cause == nil else { return (state.cause, nil) }
            state.actions.removeAll { $0.key == key }
            state.actions.append((key, action))
            defer { state.watch = nil }
            return (nil, state.watch)
        }
        watch?(self)
        if let cause { action(cause) }
    }

    /// The number of calls that the client's proxy had made when it connected.
    ///
    /// Pyro's proxies count their calls, and go on counting when they connect again: 0 is a new proxy.
    public var earlierCalls: UInt16 { earlier.load(ordering: .relaxed) }
    /// The number of calls that the proxy has made so far.
    public var calls: UInt16 { latest.load(ordering: .relaxed) }

    func noteConnecting(after calls: UInt16) {
        earlier.store(calls, ordering: .relaxed)
        latest.store(calls, ordering: .relaxed)
    }

    func note(call number: UInt16) { latest.store(number, ordering: .relaxed) }

    /// Removes the action with this key.
    public func cancel(_ key: String) { state.withLock { $0.actions.removeAll { $0.key == key } } }

    /// Takes the actions, unless an earlier call has taken them.
    func happen(_ cause: Cause) {
        let actions = state.withLock { state -> [(key: String, action: @Sendable (Cause) -> Void)] in
            guard state.cause == nil else { return [] }
            state.cause = cause
            defer { (state.actions, state.watch) = ([], nil) }
            return state.actions
        }
        for (_, action) in actions { action(cause) }
    }
}

/// A thread that notices the end of connections whose own threads are busy with a call.
///
/// It runs only while there are connections with an action at their end.
final class ConnectionWatch: Sendable {
    private struct State {
        var watched: [Int: (socket: Socket, end: ConnectionEnd)] = [:]
        var isRunning = false
    }

    private let state = Lock(State())
    private let interval: Duration

    init(every interval: Duration = .milliseconds(500)) { self.interval = interval }

    /// Watches a connection until it is removed.
    ///
    /// Without a thread, its end is noticed only after the current call.
    func add(_ number: Int, _ socket: Socket, _ end: ConnectionEnd) throws(SystemError) {
        let mustStart = state.update { state in
            state.watched[number] = (socket, end)
            defer { state.isRunning = true }
            return !state.isRunning
        }
        guard mustStart else { return }
        do {
            try BlockingThread.start("connections") { [self] in
                while let watched = next() {
                    for (socket, end) in watched {
                        if let cause = socket.endCause { end.happen(cause) }
                    }
                }
            }
        } catch {
            state.withLock { $0.isRunning = false }
            throw error
        }
    }

    func remove(_ number: Int) { state.update { $0.watched[number] = nil } }

    /// The connections to look at after the interval; nil, and the thread ends, if there are none.
    private func next() -> [(socket: Socket, end: ConnectionEnd)]? {
        let isIdle: Bool? = state.wait(within: interval) { state in
            guard state.watched.isEmpty else { return nil }
            state.isRunning = false
            return true
        }
        return isIdle == true ? nil : state.withLock { Array($0.watched.values) }
    }
}

extension Socket {
    // POLLRDHUP, which Swift does not see: the other end sends nothing more.
    private static let hangUp: Int32 = 0x2000

    /// The way in which the other end has ended the connection; nil while it continues.
    ///
    /// Received bytes remain.
    fileprivate var endCause: ConnectionEnd.Cause? {
        var poll = pollfd(fd: descriptor, events: Int16(Self.hangUp), revents: 0)
        guard unsafe Glibc.poll(&poll, 1, 0) > 0 else { return nil }
        let events = Int32(poll.revents)
        if events & Int32(POLLERR) != 0 { return .lost(SystemError.text(pendingError)) }
        return events & (Self.hangUp | Int32(POLLHUP)) != 0 ? .closed : nil
    }
}
