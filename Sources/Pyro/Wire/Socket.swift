internal import Glibc
internal import Pickle
internal import Platform
internal import Synchronization

/// A blocking stream socket.
///
/// One thread at a time may read and one may write. Any thread may call ``shutDown()``, which ends both.
final class Socket: ByteStream, Sendable {
    let descriptor: Int32
    let writeLimit = Lock(WriteLimit())
    let writtenCount = Atomic(0)

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    var hasPending: Bool { false }

    /// Ends the connection, so that threads in a read or a write return.
    ///
    /// The descriptor stays open until `deinit`.
    func shutDown() { _ = shutdown(descriptor, Int32(SHUT_RDWR)) }

    func read(into bytes: inout [UInt8], from start: Int, upTo end: Int) throws(MessageError) -> Int? {
        while true {
            let count = unsafe bytes.withUnsafeMutableBytes { bytes in
                unsafe recv(descriptor, bytes.baseAddress! + start, end - start, 0)
            }
            if count >= 0 { return count }
            guard errno == EINTR else { throw error(errno) }
        }
    }

    /// The kernel provides memory only as it is written, so a false length costs nothing.
    func read(_ count: Int, begunWith begun: [UInt8]) throws(MessageError) -> [UInt8] {
        var failure: MessageError?
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { target, filled in
            filled = unsafe target.update(fromContentsOf: begun)
            while filled < count, failure == nil {
                let arrived = unsafe recv(descriptor, target.baseAddress! + filled, count - filled, 0)
                switch arrived {
                case 1...: filled += arrived
                case 0: failure = .cutShort
                default: if errno != EINTR { failure = error(errno) }
                }
            }
        }
        if let failure { throw failure }
        return bytes
    }

    func write(_ bytes: [UInt8]) throws(MessageError) {
        var written = 0
        var standstill = Standstill(self)
        while written < bytes.count {
            let count = unsafe bytes.withUnsafeBytes { bytes in
                unsafe send(descriptor, bytes.baseAddress! + written, bytes.count - written, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                written += count
                standstill.end(with: count)
            } else {
                try standstill.goOn(after: errno)
            }
        }
    }

    func write(_ parts: [Bytes]) throws(MessageError) {
        var remaining = parts[...]
        var skipped = 0
        var standstill = Standstill(self)
        while let first = remaining.first {
            if skipped >= first.count {
                skipped -= first.count
                remaining.removeFirst()
            } else {
                skipped += try writeSome(remaining, skipping: skipped, &standstill)
            }
        }
    }

    /// The greatest number of parts in one system call.
    private static let gathered = 16

    private func writeSome(
        _ parts: ArraySlice<Bytes>,
        skipping skipped: Int,
        _ standstill: inout Standstill
    ) throws(MessageError) -> Int {
        while true {
            let count = unsafe withVectors(parts.prefix(Self.gathered), skipped, []) { vectors in
                var message = unsafe msghdr()
                unsafe message.msg_iov = vectors.baseAddress
                unsafe message.msg_iovlen = vectors.count
                return unsafe sendmsg(descriptor, &message, Int32(MSG_NOSIGNAL))
            }
            if count >= 0 {
                standstill.end(with: count)
                return count
            }
            try standstill.goOn(after: errno)
        }
    }

    /// Calls the body with the parts as vectors, each kept in place until the body returns.
    @unsafe private func withVectors(
        _ parts: ArraySlice<Bytes>,
        _ skipped: Int,
        _ vectors: [iovec],
        _ body: (UnsafeMutableBufferPointer<iovec>) -> Int
    ) -> Int {
        guard let first = parts.first else {
            var vectors = unsafe vectors
            return unsafe vectors.withUnsafeMutableBufferPointer { unsafe body($0) }
        }
        return unsafe first.withUnsafeBytes { bytes in
            let base = unsafe UnsafeMutableRawPointer(mutating: bytes.baseAddress.map { unsafe $0 + skipped })
            let vector = unsafe iovec(iov_base: base, iov_len: bytes.count - skipped)
            return unsafe withVectors(parts.dropFirst(), 0, vectors + [vector], body)
        }
    }

    func error(_ code: Int32) -> MessageError {
        switch code {
        case EAGAIN: .timedOut
        case EPIPE, ECONNRESET: .cutShort
        default: .socket(code)
        }
    }
}

extension Socket {
    /// Sets the options for a protocol of small requests and replies.
    ///
    /// - Parameter silence: the time after which a machine that does not answer counts as gone, for example because it
    ///   was switched off or its cable was pulled.
    func tuneForCalls(silence: Duration = .seconds(120)) {
        set(Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
        // Idle connections are probed after half of the time, and every quarter of it from then on.
        let seconds = max(4, silence.components.seconds)
        set(SOL_SOCKET, SO_KEEPALIVE, Int32(1))
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, Int32(clamping: seconds / 2))
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, Int32(clamping: seconds / 4))
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, Int32(2))
        // Bytes that have been sent must be acknowledged in the same time, instead of after a quarter of an hour.
        set(Int32(IPPROTO_TCP), TCP_USER_TIMEOUT, UInt32(clamping: seconds * 1000))
    }

    /// Requests another congestion control, because bbr paces even local connections.
    ///
    /// A refusal does no harm.
    func useCongestionControl(_ name: String) {
        let name = Array(name.utf8)
        _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CONGESTION, name, socklen_t(name.count))
    }

    /// Enlarges the send buffer, if the machine allows this size.
    ///
    /// The kernel enlarges buffers by itself, but slowly. A size that it reduces could not be undone, and may be less
    /// than the buffer would have grown to.
    func makeRoomToSend(_ count: Int32) {
        let allowed = Self.numberInFile("/proc/sys/net/core/wmem_max") ?? 0
        if allowed >= Int(count) { set(SOL_SOCKET, SO_SNDBUF, count) }
    }

    private static func numberInFile(_ path: String) -> Int? {
        let file = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard file >= 0 else { return nil }
        defer { close(file) }
        let digits = unsafe [UInt8](unsafeUninitializedCapacity: 32) { buffer, count in
            count = max(0, unsafe Glibc.read(file, buffer.baseAddress, buffer.count))
        }
        return Int(String(decoding: digits.prefix { (0x30...0x39).contains($0) }, as: UTF8.self))
    }

    /// Acknowledges received bytes immediately.
    ///
    /// Otherwise a Python client waits 40 ms after a oneway call.
    func acknowledgeNow() { set(Int32(IPPROTO_TCP), TCP_QUICKACK, Int32(1)) }

    func limitReading(to limit: Duration?) { set(SOL_SOCKET, SO_RCVTIMEO, timeval(limit)) }

    /// Limits the time for which the other end may take nothing.
    ///
    /// - Parameter watchesNetwork: whether to give up as well when the other machine no longer answers.
    func limitWriting(to limit: Duration?, watchingNetwork watchesNetwork: Bool = false) {
        writeLimit.withLock { $0 = WriteLimit(limit: limit, watchesNetwork: watchesNetwork) }
        let slice = limit.map { min($0, WriteLimit.slice) } ?? (watchesNetwork ? WriteLimit.slice : nil)
        set(SOL_SOCKET, SO_SNDTIMEO, timeval(slice))
    }

    /// The error of an earlier operation of the kernel, which this clears; 0 for none.
    var pendingError: Int32 { option(SOL_SOCKET, SO_ERROR) ?? 0 }

    func option(_ level: Int32, _ option: Int32) -> Int32? {
        var (value, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        return unsafe getsockopt(descriptor, level, option, &value, &length) == 0 ? value : nil
    }

    func set<Value: BitwiseCopyable>(_ level: Int32, _ option: Int32, _ value: Value) {
        var value = value
        _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Value>.size))
    }
}

// MARK: Sharing the network

extension Socket {
    /// `IPTOS_LOWDELAY` (ip(7)).
    private static let lowDelay: Int32 = 0x10

    /// Lets requests and replies go ahead of images in the queues of this machine and of routers that look at it.
    ///
    /// 6 is the highest priority that needs no privilege (socket(7)); a refusal does no harm.
    func preferAsCalls() {
        set(Int32(IPPROTO_IP), IP_TOS, Self.lowDelay)
        set(Int32(IPPROTO_IPV6), IPV6_TCLASS, Self.lowDelay)
        set(SOL_SOCKET, SO_PRIORITY, Int32(6))
    }

    /// Lets calls go ahead of this connection, and keeps what it has under way to what the network can carry.
    ///
    /// The congestion window follows the product of bandwidth and delay. Without the limit, the send buffer would hold
    /// megabytes more, which only makes images older.
    func yieldAsBulk() {
        // The priority of bulk data, which queues such as pfifo_fast send last (tc-pfifo_fast(8)).
        set(SOL_SOCKET, SO_PRIORITY, Int32(2))
        set(Int32(IPPROTO_TCP), TCP_NOTSENT_LOWAT, Int32(128 << 10))
    }
}

extension timeval {
    /// A time limit for a socket, where zero means none.
    fileprivate init(_ limit: Duration?) {
        let (seconds, attoseconds) = (limit ?? .zero).components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}

/// An error of the operating system, as its `errno`.
package struct SocketError: Error, Equatable, CustomStringConvertible {
    package let code: Int32
    /// The failed action: `listen on 127.0.0.1:8001`.
    package let act: String

    /// The reason, if the number is not enough.
    private let reason: String?

    package init(_ code: Int32, _ act: String = "", reason: String? = nil) {
        self.code = code
        self.act = act
        self.reason = reason
    }

    package var description: String {
        let text = reason ?? SystemError.text(code)
        return act.isEmpty ? text : "\(act): \(text)"
    }
}
