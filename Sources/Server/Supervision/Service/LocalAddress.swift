internal import Glibc

/// The address of a Unix socket: a file's path, or a name that is no file's.
struct LocalAddress: Sendable {
    /// What stands in `sun_path`; an abstract name begins with a zero.
    private let bytes: [UInt8]

    /// - Parameter name: a path, or an abstract name after `@`, as in systemd's settings; nil if it is neither or is
    ///   longer than an address can be.
    init?(_ name: String) {
        let bytes = Array(name.utf8)
        // One byte is left for the zero that ends a path.
        let room = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
        guard bytes.count > 1, bytes.count <= room, !bytes.contains(0) else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "/"): self.bytes = bytes
        case UInt8(ascii: "@"): self.bytes = [0] + bytes.dropFirst()
        default: return nil
        }
    }

    /// Calls a function of the kernel's with the address and its length.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in unsafe path.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// Whether some process listens there, be it that it does not answer.
    var isListenedAt: Bool {
        let socket = Glibc.socket(
            AF_UNIX,
            Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue),
            0
        )
        guard socket >= 0 else { return false }
        defer { close(socket) }
        // Where too many wait already, somebody listens as well.
        return unsafe withSockaddr { address, length in unsafe connect(socket, address, length) } == 0
            || errno == EAGAIN
    }
}
