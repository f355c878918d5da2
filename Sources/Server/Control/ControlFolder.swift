internal import Glibc
internal import Platform

/// The folders in which servers have their control sockets.
enum ControlFolder {
    /// The folder for a server of this user, made if it does not exist.
    static func ours() throws -> String {
        // The folder that systemd made for the service.
        if let path = Environment["RUNTIME_DIRECTORY"] { return path }
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
            Environment["RUNTIME_DIRECTORY"], system, session,
            temporary,
        ]
        .compactMap(\.self)
        .reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
        .filter(isTrusted)
        .flatMap { folder in
            FileSystem.names(in: folder).sorted().filter { $0.hasSuffix(".sock") }.map { "\(folder)/\($0)" }
        }
    }

    /// Whether nobody but this user and root can have put sockets into a folder.
    private static func isTrusted(_ path: String) -> Bool {
        // The folder of a service belongs to the user of the service.
        guard path != system, path != Environment["RUNTIME_DIRECTORY"] else { return true }
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
        for name in FileSystem.names(in: folder) where name.hasSuffix(".sock") {
            // A socket is named after its server's process. A server that does not listen yet may be about to.
            guard let process = pid_t(name.dropLast(5)), process > 0, kill(process, 0) != 0, errno == ESRCH else {
                continue
            }
            // What is not a socket, or is listened at, is left alone.
            try? SocketFile.removeAbandoned(at: "\(folder)/\(name)")
        }
    }

    /// Removes the sockets for frames that processes which ended have left in a folder.
    static func sweepFrames(_ folder: String) {
        for name in FileSystem.names(in: folder) where name.hasPrefix("frames-") {
            let parts = name.split(separator: "-")
            guard parts.count == 3, let process = pid_t(parts[1]), process > 0, kill(process, 0) != 0, errno == ESRCH
            else { continue }
            try? SocketFile.removeAbandoned(at: "\(folder)/\(name)")
        }
    }

    private static let system = "/run/device-server"

    /// A folder in that of the user's session, which may be missing although `su` and `cron` name it.
    private static var session: String? {
        guard let folder = Environment["XDG_RUNTIME_DIR"], unsafe access(folder, W_OK) == 0 else { return nil }
        return "\(folder)/device-server"
    }

    /// The folder for users without a session's folder.
    // Not in TMPDIR, which may differ between the shell of the server and the shell of `status`.
    private static var temporary: String { "/tmp/device-server-\(geteuid())" }
}
