internal import Glibc

/// An address as the kernel takes it.
@safe struct SocketAddress: Sendable {
    private var storage: sockaddr_storage
    private(set) var length: socklen_t
    var family: Int32 { Int32(storage.ss_family) }

    /// An address that a call of the kernel's fills in.
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

    /// The addresses of an endpoint, the one to try first in front: IPv4 as Pyro prefers it, then IPv6.
    static func resolve(_ endpoint: Endpoint, toListen: Bool = false) throws(SocketError) -> [SocketAddress] {
        switch endpoint {
        case .unix(let path): [try SocketAddress(unixPath: path)]
        case .tcp(let host, let port): try resolve(host: host, port: port, toListen: toListen)
        }
    }

    private init(unixPath path: String) throws(SocketError) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let room = MemoryLayout.size(ofValue: address.sun_path)
        guard path.utf8.count < room else { throw SocketError(ENAMETOOLONG, "socket path '\(path)'") }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: path.utf8) }
        self = unsafe withUnsafePointer(to: address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe SocketAddress($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }

    @unsafe private init(_ address: UnsafePointer<sockaddr>, _ length: socklen_t) {
        storage = sockaddr_storage()
        self.length = length
        unsafe withUnsafeMutableBytes(of: &storage) { target in
            unsafe target.copyMemory(from: UnsafeRawBufferPointer(start: address, count: Int(length)))
        }
    }

    private static func resolve(
        host: String,
        port: Int,
        toListen: Bool
    ) throws(SocketError) -> [SocketAddress] {
        var hints = unsafe addrinfo()
        unsafe hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        unsafe hints.ai_flags = toListen ? AI_PASSIVE : 0
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
        return addresses.filter { $0.family == AF_INET } + addresses.filter { $0.family != AF_INET }
    }

    /// The address as an endpoint, its host in digits.
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
    /// A text of C's in an array, up to its end mark.
    fileprivate init(terminated characters: [CChar]) {
        self.init(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

extension SocketError {
    fileprivate init(resolving host: String, _ status: Int32) {
        // The numbers of getaddrinfo are not those of errno, so its text goes along.
        let reason = status == EAI_SYSTEM ? nil : unsafe String(cString: gai_strerror(status))
        self.init(status == EAI_SYSTEM ? errno : ENOENT, "look up host '\(host)'", reason: reason)
    }
}
