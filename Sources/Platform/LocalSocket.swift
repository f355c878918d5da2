public import Glibc

/// The address of a Unix socket: the path of a file, or an abstract name.
public struct UnixAddress: Sendable {
    /// The content of `sun_path`; an abstract name begins with a zero.
    private let bytes: [UInt8]

    /// - Parameter name: a path, or an abstract name after `@`, as in systemd's settings; nil if it is neither, or
    ///   longer than an address can be.
    public init?(_ name: String) {
        guard name.hasPrefix("/") || name.hasPrefix("@") else { return nil }
        if name.hasPrefix("/") { self.init(path: name) } else { self.init([0] + name.utf8.dropFirst()) }
    }

    /// - Parameter path: may also be relative; nil if it is empty or longer than an address can be.
    public init?(path: String) {
        guard !path.utf8.contains(0) else { return nil }
        self.init(Array(path.utf8))
    }

    private init?(_ bytes: [UInt8]) {
        // One byte is left for the zero that ends a path.
        let room = MemoryLayout.size(ofValue: sockaddr_un().sun_path) - 1
        guard bytes.count > (bytes.first == 0 ? 1 : 0), bytes.count <= room, !bytes.dropFirst().contains(0) else {
            return nil
        }
        self.bytes = bytes
    }

    /// Calls a function of the kernel with the address and its length.
    public func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in unsafe path.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// Whether a process listens at the address, even if it does not answer.
    public var isListenedAt: Bool { probe == 0 || probe == EAGAIN }

    /// Whether no process has the socket any more: its program ended without removing it.
    fileprivate var isAbandoned: Bool { probe == ECONNREFUSED }

    /// The error number of a connection to it; 0 if there is a connection.
    private var probe: Int32 {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
        let socket = Glibc.socket(AF_UNIX, kind, 0)
        guard socket >= 0 else { return errno }
        defer { close(socket) }
        return unsafe withSockaddr { address, length in unsafe connect(socket, address, length) } == 0 ? 0 : errno
    }
}

/// The file of a socket that this process listens at.
///
/// Removes nothing but sockets: an abandoned one before the process binds its own, and at the end the file that the
/// process itself has made, unless another file stands at its path by then.
public struct SocketFile: Sendable {
    private let path: String
    private let device: dev_t
    private let inode: ino_t

    /// Removes the socket of a program that ended without removing it, so that the path can be bound.
    ///
    /// - Throws: if something else is at the path, or a process listens there.
    public static func removeAbandoned(at path: String) throws(SystemError) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFSOCK else {
            throw SystemError("\(path) is not a socket, and is not replaced by one", code: EEXIST)
        }
        guard let address = UnixAddress(path: path) else {
            throw SystemError("socket path \(path)", code: ENAMETOOLONG)
        }
        guard address.isAbandoned else { throw SystemError("\(path) is another server's socket", code: EADDRINUSE) }
        guard unsafe unlink(path) == 0 || errno == ENOENT else { throw SystemError("cannot remove \(path)") }
    }

    /// Notes which file a socket has been bound to; nil if it is gone already.
    public init?(boundAt path: String) {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK else { return nil }
        (self.path, device, inode) = (path, status.st_dev, status.st_ino)
    }

    /// Whether the file is still there.
    public var isThere: Bool {
        var status = stat()
        return unsafe lstat(path, &status) == 0 && status.st_dev == device && status.st_ino == inode
    }

    /// Removes the file, unless another one has taken its place.
    public func remove() { if isThere { unsafe unlink(path) } }
}
