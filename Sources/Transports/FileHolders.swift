internal import Glibc

/// The processes that have a file open, as far as the kernel lets this user see them.
enum FileHolders {
    /// The processes beside this one that have a file open whose path is the one that is looked for.
    static func others(_ isIt: (String) -> Bool) -> [pid_t] {
        Files.names(in: "/proc").compactMap { pid_t($0) }.filter { process in
            guard process != getpid() else { return false }
            let folder = "/proc/\(process)/fd"
            return Files.names(in: folder).contains { Files.target(ofLink: "\(folder)/\($0)").map(isIt) ?? false }
        }
    }

    /// What people know a process by: `device-server (process 4211)`.
    static func name(of process: pid_t) -> String {
        "\(Files.text(of: "/proc/\(process)/comm") ?? "a program") (process \(process))"
    }
}
