internal import Synchronization

/// Memory for frames that is used again and again: touching fresh pages costs more than sending them.
public final class FramePool: Sendable {
    private let capacity: Int
    private let free = Mutex<[PixelMemory]>([])

    /// - Parameter capacity: how many buffers are kept for later.
    public init(keeping capacity: Int = 16) { self.capacity = capacity }

    /// Memory of that many bytes, with whatever it held before.
    public func buffer(byteCount: Int) -> PixelBuffer {
        let used = free.withLock { free -> PixelMemory? in
            // Frames have got another size: what is kept is of no use any more.
            if free.last?.byteCount != byteCount { free.removeAll() }
            return free.popLast()
        }
        return PixelBuffer(used ?? PixelMemory(byteCount: byteCount), pool: self)
    }

    func takeBack(_ memory: PixelMemory) {
        free.withLock { free in
            if let kept = free.last, kept.byteCount != memory.byteCount { free.removeAll() }
            if free.count < capacity { free.append(memory) }
        }
    }
}
