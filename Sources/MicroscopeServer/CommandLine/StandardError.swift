import Glibc

/// Where errors are printed.
struct StandardError: TextOutputStream {
    mutating func write(_ text: String) {
        _ = unsafe Array(text.utf8).withUnsafeBytes { unsafe Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
    }
}
