internal import Glibc
public import Pickle
internal import Platform

/// The address of a server, as in URIs.
///
/// With port 0 the kernel chooses one.
public typealias Endpoint = PyroURI.Location

/// A socket address in the kernel's form.
@safe struct SocketAddress: Sendable {
    private var storage: sockaddr_storage
    private(set) var length: socklen_t
    var family: Int32 { Int32(storage.ss_family) }

    /// The address that a system call writes.
    @unsafe init(filledBy fill: (UnsafeMutablePointer<sockaddr>, inout socklen_t) -> Int32) throws(SocketError) {
        storage = sockaddr_storage()
        length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        var length = length
        let status = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe fill($0, &length) }
        }
        guard status == 0 else { throw SocketError(errno) }
        self.length = length
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        unsafe withUnsafePointer(to: storage) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// The addresses of an endpoint in the order to try them: IPv4 first, as in Pyro, then IPv6.
    ///
    /// - Parameter numericOnly: refuses names, which take time to look up.
    static func resolve(
        _ endpoint: Endpoint,
        toListen: Bool = false,
        numericOnly: Bool = false
    ) throws(SocketError) -> [SocketAddress] {
        switch endpoint {
        case .unix(let path): [try SocketAddress(unixPath: path)]
        case .tcp(let host, let port):
            try resolve(host: host, port: port, flags: (toListen ? AI_PASSIVE : 0) | (numericOnly ? AI_NUMERICHOST : 0))
        }
    }

    private init(unixPath path: String) throws(SocketError) {
        guard let address = UnixAddress(path: path) else { throw SocketError(ENAMETOOLONG, "socket path '\(path)'") }
        self = unsafe address.withSockaddr { unsafe SocketAddress($0, $1) }
    }

    @unsafe private init(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) {
        storage = sockaddr_storage()
        self.length = length
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
    }

    /// The address as text, without the port; nil for a Unix socket.
    fileprivate var host: String? {
        if case .tcp(let host, _)? = endpoint { host } else { nil }
    }

    /// Whether a socket can be bound to the address, at any free port.
    fileprivate var isOfThisMachine: Bool {
        guard family == AF_INET || family == AF_INET6 else { return true }
        var any = self
        // The port stands at the same place in addresses of both families.
        unsafe withUnsafeMutableBytes(of: &any.storage) { bytes in
            unsafe bytes.storeBytes(of: 0, toByteOffset: 2, as: UInt16.self)
        }
        let descriptor = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return unsafe any.withPointer { unsafe bind(descriptor, $0, $1) } == 0
    }

    private static func resolve(
        host: String,
        port: Int,
        flags: Int32
    ) throws(SocketError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = flags
        var list: UnsafeMutablePointer<addrinfo>?
        let status = unsafe getaddrinfo(host, "\(port)", &hints, &list)
        guard status == 0 else { throw SocketError(resolving: host, status) }
        defer { unsafe freeaddrinfo(list) }
        var addresses: [SocketAddress] = []
        var next = unsafe list
        while let info = unsafe next {
            unsafe addresses.append(SocketAddress(info.pointee.ai_addr, info.pointee.ai_addrlen))
            unsafe next = unsafe info.pointee.ai_next
        }
        // `/etc/hosts` often has only one of the addresses of localhost, and a machine may have only the other one.
        if host.lowercased() == "localhost", !addresses.contains(where: { $0.family == AF_INET6 }) {
            addresses += (try? resolve(host: "::1", port: port, flags: flags)) ?? []
        }
        return addresses.filter { $0.family == AF_INET } + addresses.filter { $0.family != AF_INET }
    }

    /// The address as an endpoint with a numeric host.
    var endpoint: Endpoint? {
        if family == AF_UNIX { return nil }
        var (host, service) = ([CChar](repeating: 0, count: 64), [CChar](repeating: 0, count: 16))
        let status = unsafe withPointer { address, length in
            unsafe getnameinfo(
                address,
                length,
                &host,
                socklen_t(host.count),
                &service,
                socklen_t(service.count),
                NI_NUMERICHOST | NI_NUMERICSERV
            )
        }
        guard status == 0, let port = Int(String(terminated: service)) else { return nil }
        return .tcp(host: String(terminated: host), port: port)
    }
}

extension String {
    /// The C string in an array, up to its terminating zero.
    fileprivate init(terminated characters: [CChar]) {
        self.init(decoding: characters.prefix { $0 != 0 }.map { UInt8(truncatingIfNeeded: $0) }, as: UTF8.self)
    }
}

extension Endpoint {
    /// Whether this machine has a numeric address; false for a name.
    public static func isOfThisMachine(_ address: String) -> Bool {
        let hint = Endpoint.tcp(host: address, port: 0)
        return (try? SocketAddress.resolve(hint, numericOnly: true).first?.isOfThisMachine) ?? false
    }

    /// The addresses that a host name or address leads to.
    public static func addresses(of host: String) throws -> [String] {
        try SocketAddress.resolve(.tcp(host: host, port: 0), toListen: true).compactMap(\.host)
    }

    /// The addresses at which a connection to a host name or address is tried.
    static func hosts(at host: String) throws(SocketError) -> [String] {
        try SocketAddress.resolve(.tcp(host: host, port: 0)).compactMap(\.host)
    }

    /// Whether a numeric address is one of this machine's own.
    static func isOfThisMachine(_ endpoint: Endpoint?) -> Bool {
        guard let endpoint, let addresses = try? SocketAddress.resolve(endpoint) else { return false }
        return addresses.contains(where: \.isOfThisMachine)
    }
}

extension SocketError {
    fileprivate init(resolving host: String, _ status: Int32) {
        // The error numbers of getaddrinfo differ from errno, so the error includes its text.
        let reason = status == EAI_SYSTEM ? nil : unsafe String(cString: gai_strerror(status))
        self.init(status == EAI_SYSTEM ? errno : ENOENT, "look up host '\(host)'", reason: reason)
    }
}

extension Socket {
    private static let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)

    /// Connects to the first address of an endpoint that answers within the limit.
    ///
    /// - Parameter prepare: sets options before connecting, for a server on this machine or another one. A socket that has begun with bbr continues pacing under any
    ///   other congestion control.
    static func connect(
        to endpoint: Endpoint,
        within limit: Duration,
        prepare: (Socket, _ isLocal: Bool) -> Void = { _, _ in }
    ) throws(SocketError) -> Socket {
        let act = "connect to \(endpoint)"
        var failure: SocketError?
        for address in try SocketAddress.resolve(endpoint) {
            let descriptor = socket(address.family, kind, 0)
            if descriptor < 0, errno != EAFNOSUPPORT { throw SocketError(errno, act) }
            guard descriptor >= 0 else { continue }
            let candidate = Socket(descriptor: descriptor)
            prepare(candidate, address.isOfThisMachine)
            let code = candidate.connect(to: address, within: limit)
            if code == 0 { return candidate }
            // That a server refuses is more useful to know than that this machine lacks an address.
            if failure == nil || !isLackOfAddress(code) { failure = SocketError(code, act) }
        }
        throw failure ?? SocketError(ENOENT, act)
    }

    /// Whether an error means that this machine has no address that reaches the other one.
    private static func isLackOfAddress(_ code: Int32) -> Bool {
        [EADDRNOTAVAIL, ENETUNREACH, EAFNOSUPPORT].contains(code)
    }

    /// Connects.
    ///
    /// Returns 0 for success or the `errno` of the failure.
    private func connect(to address: SocketAddress, within limit: Duration) -> Int32 {
        let flags = fcntl(descriptor, F_GETFL)
        _ = fcntl(descriptor, F_SETFL, flags | O_NONBLOCK)
        defer { _ = fcntl(descriptor, F_SETFL, flags) }
        if unsafe address.withPointer({ unsafe Glibc.connect(descriptor, $0, $1) }) == 0 { return 0 }
        guard errno == EINPROGRESS else { return errno }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        guard unsafe poll(&waiting, 1, Int32(clamping: Int(limit / .milliseconds(1)))) > 0 else { return ETIMEDOUT }
        return pendingError
    }

    /// A socket that listens at an endpoint.
    ///
    /// A name may have addresses that this machine lacks: `localhost` where only `::1` exists.
    convenience init(listeningAt endpoint: Endpoint) throws(SocketError) {
        let addresses = try SocketAddress.resolve(endpoint, toListen: true)
        try self.init(listeningAt: addresses.first { $0.isOfThisMachine } ?? addresses.first, endpoint)
    }

    private convenience init(listeningAt address: SocketAddress?, _ endpoint: Endpoint) throws(SocketError) {
        let act = "listen on \(endpoint)"
        guard let address else { throw SocketError(ENOENT, act) }
        self.init(descriptor: socket(address.family, Self.kind, 0))
        guard descriptor >= 0 else { throw SocketError(errno, act) }
        set(SOL_SOCKET, SO_REUSEADDR, Int32(1))
        if case .unix(let path) = endpoint {
            do { try SocketFile.removeAbandoned(at: path) } catch {
                throw SocketError(error.code, act, reason: error.act)
            }
        }
        guard unsafe address.withPointer({ unsafe bind(descriptor, $0, $1) }) == 0, listen(descriptor, 128) == 0 else {
            throw SocketError(errno, act)
        }
    }

    /// Waits for the next client.
    ///
    /// Nil if the socket has been shut down.
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

    /// The local address.
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
    /// Whether the other end has not closed the connection.
    ///
    /// Received bytes remain to be read.
    var isOpen: Bool {
        var byte: UInt8 = 0
        let count = unsafe recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT))
        return count > 0 || (count < 0 && (errno == EAGAIN || errno == EINTR))
    }
}
