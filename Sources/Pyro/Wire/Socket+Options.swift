internal import Glibc

extension Socket {
    /// Sets what suits a protocol of small questions and answers, on a connection just made.
    func tuneForCalls() {
        set(Int32(IPPROTO_TCP), TCP_NODELAY, Int32(1))
        // A client whose machine was switched off says nothing any more: find out within minutes.
        set(SOL_SOCKET, SO_KEEPALIVE, Int32(1))
        set(Int32(IPPROTO_TCP), TCP_KEEPIDLE, Int32(60))
        set(Int32(IPPROTO_TCP), TCP_KEEPINTVL, Int32(20))
        set(Int32(IPPROTO_TCP), TCP_KEEPCNT, Int32(3))
    }

    /// Asks for another congestion control, since bbr paces even what does not leave the machine; a refusal is no harm.
    func useCongestionControl(_ name: String) {
        let name = Array(name.utf8)
        _ = unsafe setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_CONGESTION, name, socklen_t(name.count))
    }

    /// Makes room for that many bytes on their way, if the machine allows so much.
    ///
    /// The kernel grows buffers by itself, but slowly; and a size that it cuts down to less than it would have grown to
    /// cannot be taken back.
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

    /// Acknowledges at once what has come: a Python client that sent a oneway call would else wait 40 ms with the next.
    func acknowledgeNow() { set(Int32(IPPROTO_TCP), TCP_QUICKACK, Int32(1)) }

    func limitReading(to limit: Duration?) { set(SOL_SOCKET, SO_RCVTIMEO, timeval(limit)) }
    func limitWriting(to limit: Duration?) { set(SOL_SOCKET, SO_SNDTIMEO, timeval(limit)) }

    func set<Value: BitwiseCopyable>(_ level: Int32, _ option: Int32, _ value: Value) {
        var value = value
        _ = unsafe setsockopt(descriptor, level, option, &value, socklen_t(MemoryLayout<Value>.size))
    }
}

extension timeval {
    /// A limit for a socket; none is zero there.
    fileprivate init(_ limit: Duration?) {
        let (seconds, attoseconds) = (limit ?? .zero).components
        self.init(tv_sec: Int(seconds), tv_usec: Int(attoseconds / 1_000_000_000_000))
    }
}
