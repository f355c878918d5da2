/// A stretch of memory, aligned to a page as SDKs and the kernel like it.
@safe final class PixelMemory: @unchecked Sendable {
    // Why unchecked: it has one user at a time, whoever holds the buffer that it was lent to.
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        unsafe bytes = .allocate(byteCount: byteCount, alignment: 4096)
    }

    deinit { unsafe bytes.deallocate() }

    var byteCount: Int { unsafe bytes.count }
}
