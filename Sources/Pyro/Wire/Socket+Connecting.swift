internal import Glibc

extension Socket {
    private static let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)

    /// Connects to the first address of an endpoint that answers within the limit.
    ///
    /// - Parameter prepare: sets what has to be set before connecting: a socket that has begun with bbr goes on pacing
    ///   whatever congestion control it is given later.
    static func connect(
        to endpoint: Endpoint,
        within limit: Duration,
        prepare: (Socket) -> Void = { _ in }
    ) throws(SocketError) -> Socket {
        let act = "connect to \(endpoint)"
        var failure = SocketError(ENOENT, act)
        for address in try SocketAddress.resolve(endpoint) {
            let descriptor = socket(address.family, kind, 0)
            guard descriptor >= 0 else { throw SocketError(errno, act) }
            let candidate = Socket(descriptor: descriptor)
            prepare(candidate)
            let code = connect(descriptor, to: address, within: limit)
            if code == 0 { return candidate }
            failure = SocketError(code, act)
        }
        throw failure
    }

    /// Connects, and gives the `errno` of a failure, 0 for success.
    private static func connect(_ descriptor: Int32, to address: SocketAddress, within limit: Duration) -> Int32 {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        defer { _ = fcntl(descriptor, F_SETFL, flags) }
        if unsafe address.withPointer({ unsafe Glibc.connect(descriptor, $0, $1) }) == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&waiting, 1, Int32(clamping: Int(limit / .milliseconds(1)))) > 0 else { return ETIMEDOUT }
        var (code, length) = (Int32(0), socklen_t(MemoryLayout<Int32>.size))
        unsafe getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &length)
        return code
    }

    /// A socket that listens at an endpoint.
    convenience init(listeningAt endpoint: Endpoint) throws(SocketError) {
        let act = "listen on \(endpoint)"
        guard let address = try SocketAddress.resolve(endpoint, toListen: true).first else {
            throw SocketError(ENOENT, act)
        }
        self.init(descriptor: socket(address.family, Self.kind, 0))
        guard descriptor >= 0 else { throw SocketError(errno, act) }
        set(SOL_SOCKET, SO_REUSEADDR, Int32(1))
        if case .unix(let path) = endpoint { Self.removeAbandoned(path, address) }
        guard unsafe address.withPointer({ unsafe bind(descriptor, $0, $1) }) == 0, listen(descriptor, 128) == 0 else {
            throw SocketError(errno, act)
        }
    }

    /// Removes the file of a Unix socket that nobody listens at any more, and no other file.
    private static func removeAbandoned(_ path: String, _ address: SocketAddress) {
        let probe = Socket(descriptor: socket(AF_UNIX, kind, 0))
        let status = unsafe address.withPointer { unsafe Glibc.connect(probe.descriptor, $0, $1) }
        if status != 0, errno == ECONNREFUSED { removeFile(path) }
    }

    /// Waits for the next client; nil when the socket has been shut down.
    func accept() throws(SocketError) -> Socket? {
        while true {
            let client = Glibc.accept(descriptor, nil, nil)
            if client >= 0 {
                _ = fcntl(client, F_SETFD, FD_CLOEXEC)
                return Socket(descriptor: client)
            }
            switch errno {
            case EINTR, ECONNABORTED: continue
            case EINVAL, EBADF: return nil
            default: throw SocketError(errno, "accept a connection")
            }
        }
    }

    /// The address at this end, by which the other end reached it.
    var localEndpoint: Endpoint? {
        let address = unsafe try? SocketAddress { address, length in unsafe getsockname(descriptor, address, &length) }
        return address?.endpoint
    }

    /// The address of the other end.
    var remoteEndpoint: Endpoint? {
        let address = unsafe try? SocketAddress { address, length in unsafe getpeername(descriptor, address, &length) }
        return address?.endpoint
    }
}

extension Socket {
    /// Whether the other end has not closed the connection yet; whatever it has sent stays to be read.
    var isOpen: Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))
    }

    static func removeFile(_ path: String) { _ = unsafe unlink(path) }
}
