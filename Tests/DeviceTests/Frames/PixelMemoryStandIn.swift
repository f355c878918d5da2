import Pickle

/// Memory that is known by its place.
@safe final class PixelMemoryStandIn: ByteMemory, @unchecked Sendable {
    // Why unchecked: nobody writes.
    private let memory: UnsafeMutableRawBufferPointer

    init(byteCount: Int) {
        unsafe memory = .allocate(byteCount: byteCount, alignment: 8)
        unsafe memory.initializeMemory(as: UInt8.self, repeating: 0)
    }

    deinit { unsafe memory.deallocate() }

    var byteCount: Int { unsafe memory.count }
    @unsafe var bytes: UnsafeRawBufferPointer { unsafe UnsafeRawBufferPointer(memory) }
}
