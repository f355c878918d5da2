internal import Glibc

/// The memory that the system grants.
public enum Memory {
    /// Whether the system grants a piece of memory of this size now.
    ///
    /// If it does not, Swift's arrays end the process. Small pieces are not asked for, since a process that lacks those
    /// cannot go on.
    public static func isGranted(_ byteCount: Int) -> Bool {
        guard byteCount >= 1 << 20 else { return true }
        let (access, kind) = (PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS)
        let memory = unsafe mmap(nil, byteCount, access, kind, -1, 0)
        guard let memory = unsafe memory, unsafe memory != MAP_FAILED else { return false }
        unsafe munmap(memory, byteCount)
        return true
    }
}
