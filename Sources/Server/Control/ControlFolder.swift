internal import Glibc

/// The folders in which servers have their control sockets.
enum ControlFolder {
    /// The folder for a server of this user, made if it does not exist.
    static func ours() throws -> String {
        // The folder that systemd made for the service.
        if let path = environment("RUNTIME_DIRECTORY") { return path }
        let path = geteuid() == 0 ? system : session ?? temporary
        _ = unsafe mkdir(path, 0o755)
        guard owner(of: path) == geteuid() else {
            throw ServerError("\(path) is not a folder owned by this user")
        }
        return path
    }

    /// The sockets of running servers, and of servers that crashed.
    static var sockets: [String] {
        [
            environment("RUNTIME_DIRECTORY"), system, session,
            temporary,
        ]
        .compactMap(\.self)
        .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        .filter(isTrusted)
        .flatMap { folder in names(in: folder).filter { $0.hasSuffix(".sock") }.map { "\(folder)/\($0)" } }
    }

    /// Whether nobody but this user and root can have put sockets into a folder.
    private static func isTrusted(_ path: String) -> Bool {
        // The folder of a service belongs to the user of the service.
        guard path != system, path != environment("RUNTIME_DIRECTORY") else { return true }
        return owner(of: path).map { $0 == geteuid() || $0 == 0 } ?? false
    }

    /// The owner of a folder; nil if it is not a folder.
    private static func owner(of path: String) -> uid_t? {
        var status = stat()
        guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
        return status.st_uid
    }

    /// Removes the sockets that crashed servers left in a folder.
    static func sweep(_ folder: String) {
        for name in names(in: folder) where name.hasSuffix(".sock") {
            // A socket is named after its server's process. A server that does not listen yet may be about to.
            guard let process = pid_t(name.dropLast(5)), process > 0, kill(process, 0) != 0, errno == ESRCH,
                LocalAddress("\(folder)/\(name)")?.isListenedAt == false
            else { continue }
            _ = unsafe unlink("\(folder)/\(name)")
        }
    }

    private static let system = "/run/device-server"

    /// A folder in that of the user's session, which may be missing although `su` and `cron` name it.
    private static var session: String? {
        guard let folder = environment("XDG_RUNTIME_DIR"), unsafe access(folder, W_OK) == 0 else { return nil }
        return "\(folder)/device-server"
    }

    /// The folder for users without a session's folder.
    // Not in TMPDIR, which may differ between the shell of the server and the shell of `status`.
    private static var temporary: String { "/tmp/device-server-\(geteuid())" }

    static func names(in folder: String) -> [String] {
        guard let directory = unsafe opendir(folder) else { return [] }
        defer { unsafe closedir(directory) }
        var names: [String] = []
        while let entry = unsafe readdir(directory) {
            let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in
                unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            names.append(name)
        }
        return names.sorted()
    }

    private static func environment(_ name: String) -> String? {
        guard let value = unsafe getenv(name), unsafe value.pointee != 0 else { return nil }
        return unsafe String(cString: value)
    }
}

/// The address of a Unix socket: a path, or an abstract name.
struct LocalAddress: Sendable {
    /// The content of `sun_path`; an abstract name begins with a zero.
    private let bytes: [UInt8]

    /// - Parameter name: a path, or an abstract name after `@` as in systemd's settings. The result is nil if it is
    ///   neither, or too long for an address.
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

    /// Calls a system function with the address and its length.
    func withSockaddr<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { path in unsafe path.copyBytes(from: bytes) }
        let length = socklen_t(MemoryLayout<sa_family_t>.size + bytes.count)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0, length) }
        }
    }

    /// Whether a process listens there, even if it does not answer.
    var isListenedAt: Bool {
        let socket = Glibc.socket(
            AF_UNIX,
            Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue),
            0
        )
        guard socket >= 0 else { return false }
        defer { close(socket) }
        // EAGAIN: the queue of a listening process is full.
        return unsafe withSockaddr { address, length in unsafe connect(socket, address, length) } == 0
            || errno == EAGAIN
    }
}

extension String {
    /// The absolute path of the file with this name, without links; nil if there is none.
    var realPath: String? {
        guard let path = unsafe realpath(self, nil) else { return nil }
        defer { unsafe free(path) }
        return unsafe String(cString: path)
    }
}
