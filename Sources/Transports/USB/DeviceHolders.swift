internal import Glibc

/// The processes that have a device open, as far as this user may know.
enum DeviceHolders {
    /// Who has the file open beside this process: `device-server (process 4211)`.
    static func names(of node: String) -> [String] {
        let own = "\(getpid())"
        return SystemFile.names(in: "/proc").filter { $0.allSatisfy(\.isNumber) && $0 != own }.compactMap { process in
            let files = SystemFile.names(in: "/proc/\(process)/fd")
            // In a test's world the file stands somewhere else, under the same name.
            let has = files.contains { SystemFile.target(of: "/proc/\(process)/fd/\($0)")?.hasSuffix(node) ?? false }
            return has ? "\(SystemFile.text("/proc/\(process)/comm") ?? "a program") (process \(process))" : nil
        }
    }
}
