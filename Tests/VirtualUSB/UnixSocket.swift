import Glibc

/// Sockets in the file system, as umockdev uses them.
enum UnixSocket {
    static func listen(at path: String) throws(TestbedError) -> Int32 {
        let socket = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        let status = unsafe withAddress(path) { unsafe bind(socket, $0, $1) }
        guard socket >= 0, status == 0, unsafe chmod(path, 0o666) == 0, Glibc.listen(socket, 64) == 0 else {
            throw TestbedError("listen at \(path)", errno)
        }
        return socket
    }

    /// Sends a datagram; false if nobody is there to take it.
    static func send(_ bytes: [UInt8], to path: String) -> Bool {
        let socket = socket(AF_UNIX, Int32(SOCK_RAW.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue), 0)
        defer { close(socket) }
        return unsafe withAddress(path) { unsafe sendto(socket, bytes, bytes.count, 0, $0, $1) } >= 0
            || errno != ECONNREFUSED
    }

    private static func withAddress<Result>(
        _ path: String,
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result
    ) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { room in
            unsafe room.copyBytes(from: path.utf8.prefix(room.count - 1))
        }
        return unsafe withUnsafePointer(to: &address) { address in
            unsafe address.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                unsafe body(address, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
