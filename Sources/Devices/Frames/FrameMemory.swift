public import Pickle
internal import Platform
internal import Synchronization

/// Memory for the pixels of a frame, aligned to a page as SDKs and the kernel prefer, and warm.
///
/// Other processes of this machine can map it for reading, if the kernel allows that and there are not too many pieces
/// already. Otherwise it is ordinary memory.
// Unchecked: the thread that has taken it from its pool fills it, or lets an SDK fill it, before others see it; from then
// on it is only read, until the last reader has released it.
@safe public final class FrameMemory: @unchecked Sendable {
    @unsafe public let bytes: UnsafeMutableRawBufferPointer
    /// What other processes map; nil for ordinary memory.
    public let slot: FrameSlot?

    /// - Parameters:
    ///   - byteCount: at least one.
    ///   - mayUseReserve: whether it is needed now, because another process watches.
    public init(byteCount: Int, mayUseReserve: Bool = false) {
        if let memory = SealedMemory(byteCount: byteCount, mayUseReserve: mayUseReserve) {
            unsafe bytes = UnsafeMutableRawBufferPointer(rebasing: memory.bytes[..<byteCount])
            slot = FrameSlot(memory)
        } else {
            unsafe bytes = .allocate(byteCount: byteCount, alignment: 4096)
            slot = nil
        }
        FrameBytes.add(byteCount)
    }

    deinit {
        FrameBytes.add(-byteCount)
        // The pages of a slot go with it.
        if slot == nil { unsafe bytes.deallocate() }
    }

    public var byteCount: Int { unsafe bytes.count }
}

/// The name and the descriptor of memory that other processes map, which exists as long as the memory does.
public final class FrameSlot: Sendable {
    private static let last = Atomic<UInt32>(0)

    /// Not used again for other memory by this process.
    public let number: UInt32
    private let memory: SealedMemory

    init(_ memory: SealedMemory) {
        self.memory = memory
        number = Self.last.add(1, ordering: .relaxed).newValue
    }

    public var descriptor: Int32 { memory.descriptor }
    /// The size to map.
    public var byteCount: Int { memory.byteCount }
}

/// Pixels that may be in a slot; the first pixel is at its beginning.
public protocol SharedPixels: ByteMemory {
    /// Nil for memory that other processes cannot map.
    var slot: FrameSlot? { get }
}

extension Frame {
    /// The slot that has the pixels; nil if they are in ordinary memory.
    public var slot: FrameSlot? { (pixels.memory as? any SharedPixels)?.slot }

    /// The frame in a slot, copied unless it is in one already; nil if there is none left.
    public func shared(_ pool: FramePool) -> Frame? {
        guard slot == nil else { return self }
        let buffer = pool.buffer(byteCount: pixels.count)
        guard buffer.slot != nil else { return nil }
        unsafe pixels.withUnsafeBytes { source in unsafe buffer.write { unsafe $0.copyMemory(from: source) } }
        return Frame(width: width, height: height, dtype, pixels: Bytes(buffer))
    }
}
