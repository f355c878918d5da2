internal import CPlatform
internal import Glibc
internal import Synchronization

/// Memory that other processes of this machine can map for reading: they can neither write it nor change its size.
///
/// It needs a descriptor for as long as it exists, so the number of these is bounded.
// Why unchecked: its owner decides who may write at which time.
@safe public final class SealedMemory: @unchecked Sendable {
    /// The descriptor to hand to another process.
    public let descriptor: Int32
    @unsafe public let bytes: UnsafeMutableRawBufferPointer

    /// The most pieces at a time that may take a quarter of the process's descriptors, and the pieces that may exist
    /// beyond them for what has to be shared.
    private static let (most, reserve) = limits()
    private static let count = Atomic(0)

    private static func limits() -> (most: Int, reserve: Int) {
        var limit = rlimit()
        guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return (64, 16) }
        let most = min(1024, Int(clamping: limit.rlim_cur) / 4)
        return (most, most / 4)
    }

    /// Nil if the kernel refuses it, or if there are as many as there may be.
    ///
    /// - Parameter mayUseReserve: whether it is needed now, because somebody on this machine watches.
    public init?(byteCount: Int, mayUseReserve: Bool = false) {
        let page = 4096
        guard byteCount > 0, byteCount <= Int.max - page else { return nil }
        let size = (byteCount + page - 1) / page * page
        let before = Self.count.add(1, ordering: .relaxed).oldValue
        var address: UnsafeMutableRawPointer?
        let isWithin = before < Self.most + (mayUseReserve ? Self.reserve : 0)
        let file = isWithin ? unsafe sealed_memory_make(size, &address) : -1
        guard file >= 0, let address = unsafe address else {
            Self.count.add(-1, ordering: .relaxed)
            return nil
        }
        descriptor = file
        unsafe bytes = UnsafeMutableRawBufferPointer(start: address, count: size)
    }

    deinit {
        _ = unsafe munmap(bytes.baseAddress, bytes.count)
        close(descriptor)
        Self.count.add(-1, ordering: .relaxed)
    }

    /// The size that other processes map: whole pages.
    public var byteCount: Int { unsafe bytes.count }
}
