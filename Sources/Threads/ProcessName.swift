internal import Glibc

/// What `ps`, `ss` and a debugger call processes and their threads, of which Linux keeps 15 bytes.
public enum ProcessName {
    /// Names this process.
    public static func set(_ name: String) { write(name, to: "/proc/self/comm") }

    /// Names the calling thread.
    static func setOfThread(_ name: String) { write(name, to: "/proc/thread-self/comm") }

    /// By a file: the C functions for it are beyond Swift's reach.
    private static func write(_ name: String, to path: String) {
        let file = unsafe open(path, O_WRONLY | O_CLOEXEC)
        guard file >= 0 else { return }
        _ = unsafe Array(name.utf8.prefix(15)).withUnsafeBytes { unsafe Glibc.write(file, $0.baseAddress, $0.count) }
        close(file)
    }
}
