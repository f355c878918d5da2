internal import Glibc
internal import Platform
internal import Synchronization

/// The time for which the other end may take nothing.
struct WriteLimit {
    var limit: Duration?
    var watchesNetwork = false

    /// How often a write that makes no progress is looked at.
    static let slice = Duration.seconds(1)
}

/// A time during which the other end takes nothing, from the first write that the kernel refused for that.
struct Standstill {
    private let socket: Socket
    private var begin: ContinuousClock.Instant?

    init(_ socket: Socket) { self.socket = socket }

    mutating func end(with count: Int) {
        begin = nil
        socket.noteWritten(count)
    }

    /// Returns if the write is worth another attempt.
    mutating func goOn(after code: Int32) throws(MessageError) {
        if code == EINTR { return }
        guard code == EAGAIN else { throw socket.error(code) }
        guard let slice = socket.writeSlice else { throw .timedOut }
        let now = ContinuousClock.now
        let begin = self.begin ?? now - slice
        self.begin = begin
        guard socket.goesOnWriting(after: now - begin) else { throw .timedOut }
        guard socket.networkAnswers else { throw .socket(ETIMEDOUT) }
    }
}

extension Socket {
    fileprivate func noteWritten(_ count: Int) { writtenCount.add(count, ordering: .relaxed) }

    fileprivate var writeSlice: Duration? {
        writeLimit.withLock { limit in
            limit.limit.map { min($0, WriteLimit.slice) } ?? (limit.watchesNetwork ? WriteLimit.slice : nil)
        }
    }

    fileprivate func goesOnWriting(after standstill: Duration) -> Bool {
        writeLimit.withLock { limit in limit.limit.map { standstill < $0 } ?? true }
    }

    /// The number of bytes that the kernel has taken so far.
    var written: Int { writtenCount.load(ordering: .relaxed) }

    /// The number of bytes that the other machine has confirmed, or that a local socket has taken.
    var acknowledged: Int {
        var waiting: Int32 = 0
        // tcp(7) SIOCOUTQ: the bytes that are not acknowledged yet, also after the connection has ended.
        guard unsafe ioctl(descriptor, UInt(TIOCOUTQ), &waiting) == 0 else { return written }
        return max(0, written - Int(waiting))
    }

    /// How many repetitions without an answer mean that the network or the other machine is down: six seconds in a
    /// local network, since each wait is twice the one before.
    private static let patience = 5

    /// Whether the other machine answers, as far as the connection has had reason to ask.
    ///
    /// The machine of a program that does not read answers for it.
    var networkAnswers: Bool {
        guard writeLimit.withLock(\.watchesNetwork) else { return true }
        var info = tcp_info()
        var length = socklen_t(MemoryLayout<tcp_info>.size)
        guard unsafe getsockopt(descriptor, Int32(IPPROTO_TCP), TCP_INFO, &info, &length) == 0 else { return true }
        return info.tcpi_retransmits < Self.patience && info.tcpi_probes < Self.patience
    }

    /// Drops what is not sent yet when the socket is closed, instead of keeping it until the other end takes it.
    func discardUnsent() { set(SOL_SOCKET, SO_LINGER, linger(l_onoff: 1, l_linger: 0)) }
}
