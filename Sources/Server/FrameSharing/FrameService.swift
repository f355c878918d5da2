internal import Devices
internal import Glibc
internal import Logging
internal import Pickle
internal import Platform
internal import Pyro

/// The programs that may get frames through shared memory.
public enum FrameSharing: String, Sendable, Codable, CaseIterable {
    /// Programs of the server's user and of root.
    case ownUser = "own_user"
    /// Programs of every user of this machine, if they may connect to the device.
    case allUsers = "all_users"
    case nobody
}

/// The options of subscribers.
public struct FrameOptions: Sendable, Hashable {
    public var sharing = FrameSharing.ownUser
    /// The bytes of frames that the subscribers of one device may hold together.
    public var memory = 1 << 30

    public init() {}
}

/// The subscribers of all devices of a process, and the Unix socket for those on this machine.
final class FrameService: Sendable {
    let options: FrameOptions
    /// Shown at the socket, as a proof of having been let in by Pyro.
    let ticket: String
    private let log: Logger
    private let streams = Lock<[String: DataStream]>([:])
    private let socket = Lock(SocketState.none)
    private let count = Lock(0)
    /// The clients on the socket that have not said what they want.
    private let pending = Lock(0)
    /// The clients whose faults have been logged.
    private let reported = Lock<Set<String>>([])

    static let mostSubscribers = 256

    private enum SocketState {
        case none
        case listening(PacketSocket, SocketFile?, path: String)
        case failed(String)
        case closed
    }

    init(_ options: FrameOptions, log: Logger) {
        (self.options, self.log) = (options, log)
        ticket = (0..<16).map { _ in
            let byte = UInt8.random(in: 0 ... .max)
            return (byte < 16 ? "0" : "") + String(byte, radix: 16)
        }.joined()
    }

    func serve(_ stream: DataStream, as id: String) { streams.withLock { $0[id] = stream } }

    // MARK: The socket

    /// The path of the socket, which is made when it is first asked for, or why there is none.
    func place() -> Result<String, FrameRefusal> {
        socket.withLock { state in
            if case .none = state { state = open() }
            switch state {
            case .listening(_, _, let path): return .success(path)
            case .failed(let reason): return .failure(FrameRefusal(.memory, reason))
            case .none, .closed: return .failure(FrameRefusal(.stopping, "the server ends"))
            }
        }
    }

    private func open() -> SocketState {
        guard options.sharing != .nobody else { return .failed("the configuration has `shared_memory: nobody`") }
        guard SealedMemory(byteCount: 1, mayUseReserve: true) != nil else {
            return .failed("the system has no memory that can be shared: it needs Linux 5.1")
        }
        do {
            let folder = try ControlFolder.ours()
            ControlFolder.sweepFrames(folder)
            let path = "\(folder)/frames-\(getpid())-\(ticket.suffix(6))"
            let socket = try PacketSocket.listening(at: path, mode: options.sharing == .allUsers ? 0o666 : 0o600)
            try BlockingThread.start("frames") { [self] in accept(from: socket) }
            return .listening(socket, SocketFile(boundAt: path), path: path)
        } catch {
            log.warning("frames cannot be shared with programs on this machine: \(error)")
            return .failed("\(error)")
        }
    }

    private func accept(from listener: PacketSocket) {
        while true {
            do {
                let client = try listener.accept()
                guard pending.withLock({ $0 < Self.mostPending }) else { continue }
                pending.withLock { $0 += 1 }
                do { try BlockingThread.start("subscriber") { [self] in welcome(client) } } catch {
                    pending.withLock { $0 -= 1 }
                    throw error
                }
            } catch {
                guard case .listening = socket.withLock({ $0 }) else { return }
                report("accept", "a subscriber cannot be accepted: \(error)")
                Pause.wait(for: .milliseconds(200))
            }
        }
    }

    /// Ends all subscriptions, and removes the socket.
    func close() {
        let state = socket.withLock { state in
            defer { state = .closed }
            return state
        }
        if case .listening(let socket, let file, _) = state {
            file?.remove()
            socket.shutDown()
        }
        for stream in streams.withLock({ $0.values }) {
            stream.subscribers.closeAll(FrameRefusal(.stopping, "the server ends"))
        }
        // They still get their last record.
        _ = count.wait(within: .milliseconds(500)) { $0 == 0 ? true : nil }
    }

    // MARK: A client on this machine

    /// The clients that may be about to say what they want; others are closed at once.
    private static let mostPending = 64
    /// How long a client may take to say what it wants.
    private static let patience = Duration.seconds(5)

    private func welcome(_ client: PacketSocket) {
        let peer = client.peer.map { "process \($0.process)" } ?? "a process"
        do throws(FrameRefusal) {
            let wanted = try introduction(of: client)
            guard wanted.ticket == ticket else {
                throw FrameRefusal(.ticket, "the ticket is not that of this server: ask frames_offer again")
            }
            guard let stream = streams.withLock({ $0[wanted.object] }) else {
                throw FrameRefusal(.object, "there is no device '\(wanted.object.prefix(100))' that sends data")
            }
            try serve(wanted, from: peer, stream, on: client)
        } catch {
            report("\(peer) \(error.code)", "\(peer) refused as a subscriber: \(error.text)")
            let (header, extra) = FrameRecord.plain(.refused, error.value)
            _ = client.send(header, extra)
        }
    }

    private func introduction(of client: PacketSocket) throws(FrameRefusal) -> Subscription {
        defer { pending.withLock { $0 -= 1 } }
        // Read first: closing a socket with unread bytes resets it before the client sees the answer.
        let wanted = try subscription(from: client)
        try checkUser(of: client)
        return wanted
    }

    private func checkUser(of client: PacketSocket) throws(FrameRefusal) {
        guard options.sharing != .allUsers, let user = client.peer?.user else { return }
        guard user == 0 || user == geteuid() else {
            throw FrameRefusal(.user, "the server belongs to user \(geteuid()), and this process to user \(user)")
        }
    }

    private func subscription(from client: PacketSocket) throws(FrameRefusal) -> Subscription {
        guard let idle = try? Wakeup() else { throw FrameRefusal(.memory, "the server has no free descriptors") }
        guard client.wait(or: idle, within: Self.patience) else {
            throw FrameRefusal(.malformed, "no subscription within \(Self.patience.formatted)")
        }
        guard case .packet(let bytes) = client.receive(atMost: FrameRecord.longest) else {
            throw FrameRefusal(.malformed, "no subscription")
        }
        guard case .subscribe(let wanted) = try FrameRecord.Request(bytes[...]) else {
            throw FrameRefusal(.malformed, "the first record is not a subscription")
        }
        return try Subscription(wanted)
    }

    private func serve(
        _ wanted: Subscription,
        from peer: String,
        _ stream: DataStream,
        on client: PacketSocket
    ) throws(FrameRefusal) {
        let subscriber = try subscriber(wanted, from: peer, to: stream, on: client)
        defer { noteEnd() }
        let (header, extra) = FrameRecord.plain(.welcome, answer(to: wanted, stream, "shared_memory"))
        // Before the answer, so that what a client triggers as soon as it has the answer is not missed.
        stream.subscribers.add(subscriber)
        _ = client.send(header, extra)
        subscriber.state.withLock { $0.isWelcome = true }
        let reason = subscriber.serve(on: client) { stream.number }
        stream.subscribers.remove(subscriber)
        noteFaults(of: subscriber, peer, reason)
    }

    // MARK: Both ways

    /// Makes a subscriber within the bound; ``noteEnd()`` follows when it is gone.
    func subscriber(
        _ wanted: Subscription,
        from peer: String,
        to stream: DataStream,
        on socket: PacketSocket?
    ) throws(FrameRefusal) -> FrameSubscriber {
        let isWithin = count.update { count in
            guard count < Self.mostSubscribers else { return false }
            count += 1
            return true
        }
        guard isWithin else {
            throw FrameRefusal(.subscribers, "there are \(Self.mostSubscribers) subscribers, which is the limit")
        }
        do {
            let subscribers = stream.subscribers
            return try FrameSubscriber(
                wanted,
                from: peer,
                on: socket,
                budget: subscribers.budget,
                generation: subscribers.conditions.generation,
                isSending: stream.isRunning,
                hasMoreRoom: { subscribers.noteRoom() }
            )
        } catch {
            noteEnd()
            throw FrameRefusal(.memory, "\(error)")
        }
    }

    func noteEnd() { count.update { $0 -= 1 } }

    func answer(to wanted: Subscription, _ stream: DataStream, _ way: String, isSigned: Bool = false) -> PythonValue {
        .dict([
            "version": .int(FrameRecord.version), "object": .str(stream.id), "kind": .str(stream.kind),
            "way": .str(way), "policy": .str(wanted.policy.rawValue), "queue": .int(wanted.queue),
            "hold": .int(wanted.hold), "signed": .bool(isSigned),
            "compression": way == "connection" ? wanted.compression.map { .str($0.name) } ?? .none : .none,
            "number": .int(stream.number), "generation": .int(stream.subscribers.conditions.generation),
            "sending": .bool(stream.isRunning), "memory": .int(options.memory), "server": .str(Server.version),
        ])
    }

    func noteFaults(of subscriber: FrameSubscriber, _ peer: String, _ reason: FrameRefusal?) {
        let refused = subscriber.state.withLock(\.counts.refused)
        if refused > 0 { report("\(peer) slots", "subscriber \(peer) gave back \(refused) slots that it did not have") }
        if let reason, [.malformed, .version].contains(reason.code) {
            report("\(peer) \(reason.code)", "subscriber \(peer) dropped: \(reason.text)")
        }
    }

    private static let mostReports = 1000

    /// Logs the fault of a client once.
    private func report(_ key: String, _ text: String) {
        let isNew = reported.withLock { $0.count < Self.mostReports && $0.insert(key).inserted }
        if isNew { log.warning("\(text)") }
    }
}
