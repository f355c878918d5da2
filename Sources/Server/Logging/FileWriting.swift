internal import Glibc

/// Writes bytes by one call of the kernel, unless it takes only some of them.
///
/// - Returns: The error's number, or 0.
func writeAll(_ bytes: [UInt8], to descriptor: CInt) -> CInt {
    unsafe bytes.withUnsafeBytes { bytes in
        var written = 0
        while written < bytes.count {
            let rest = unsafe UnsafeRawBufferPointer(rebasing: bytes[written...])
            let count = unsafe write(descriptor, rest.baseAddress, rest.count)
            if count > 0 {
                written += count
            } else if count == 0 || errno != EINTR {
                return count == 0 ? EIO : errno
            }
        }
        return 0
    }
}

/// Makes a directory and those above it, where they are missing; what fails, opening a file in it will tell.
func makeDirectories(_ path: String) {
    let parts = path.split(separator: "/")
    for end in parts.indices {
        let directory = (path.hasPrefix("/") ? "/" : "") + parts[...end].joined(separator: "/")
        unsafe mkdir(directory, 0o755)
    }
}
