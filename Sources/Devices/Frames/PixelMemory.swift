/// A stretch of memory, aligned to a page as SDKs and the kernel like it.
// Why unchecked: whoever has taken it from the pool fills it before others see it; then it is only read, until the last
// one has let go of it.
@safe final class PixelMemory: @unchecked Sendable {
    let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        unsafe bytes = .allocate(byteCount: byteCount, alignment: 4096)
    }

    deinit { unsafe bytes.deallocate() }

    var byteCount: Int { unsafe bytes.count }
}
