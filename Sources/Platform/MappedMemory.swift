internal import CPlatform
internal import Glibc

/// A descriptor of memory that another process has passed to this one.
public final class PassedMemory: Sendable {
    private let descriptor: Int32

    init(descriptor: Int32) { self.descriptor = descriptor }

    deinit { close(descriptor) }

    /// Maps so many bytes of it.
    ///
    /// - Throws: `EPROTO` if the memory is shorter, or could become so.
    public func mapped(_ byteCount: Int) throws(SystemError) -> MappedMemory {
        var address: UnsafeMutableRawPointer?
        let code = unsafe sealed_memory_map(descriptor, byteCount, &address)
        guard code == 0 else { throw SystemError("cannot map \(byteCount) bytes of another process", code: code) }
        return unsafe MappedMemory(UnsafeRawBufferPointer(start: address, count: byteCount))
    }
}

/// Sealed memory of another process, which this process can read.
// Why unchecked: nobody writes it here, and its size cannot change.
@safe public final class MappedMemory: @unchecked Sendable {
    @unsafe public let bytes: UnsafeRawBufferPointer

    init(_ bytes: UnsafeRawBufferPointer) { unsafe self.bytes = bytes }

    // The kernel's function takes a pointer that may be written to, and does not write.
    deinit { _ = unsafe munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress), bytes.count) }
}
