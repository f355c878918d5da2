internal import Platform

/// The buffers of one acquisition: queued in the SDK, held by clients, or free.
///
/// Bounded: when clients hold all the buffers there may be, their images are copied instead. Free buffers beyond the SDK's
/// share that have not been needed for a while are released by ``trim(keeping:)``.
final class BufferPool: Sendable {
    private struct Contents {
        var free: [FrameBuffer] = []
        var queued: [UInt: FrameBuffer] = [:]
        /// The number of buffers, wherever they are.
        var count = 0
        /// The fewest free buffers at a time since the last trimming.
        var fewestFree = Int.max
    }

    let byteCount: Int
    let capacity: Int
    private let contents = Lock(Contents())

    init(byteCount: Int, capacity: Int) { (self.byteCount, self.capacity) = (byteCount, capacity) }

    /// A buffer to queue; nil if all are in use.
    func take() -> FrameBuffer? {
        contents.withLock { contents in
            if let buffer = contents.free.popLast() {
                contents.fewestFree = min(contents.fewestFree, contents.free.count)
                return buffer
            }
            contents.fewestFree = 0
            guard contents.count < capacity else { return nil }
            contents.count += 1
            return FrameBuffer(byteCount: byteCount)
        }
    }

    /// Releases free buffers that have not been needed since the last call, but keeps this number of buffers in all.
    func trim(keeping least: Int) {
        contents.withLock { contents in
            let surplus = min(contents.fewestFree, contents.free.count, contents.count - least)
            if surplus > 0 {
                contents.free.removeFirst(surplus)
                contents.count -= surplus
            }
            contents.fewestFree = contents.free.count
        }
    }

    func takeBack(_ buffer: FrameBuffer) { contents.withLock { $0.free.append(buffer) } }

    /// Keeps a buffer alive for as long as the SDK may write to it.
    func noteQueued(_ buffer: FrameBuffer) { contents.withLock { $0.queued[buffer.address] = buffer } }

    /// The buffer that the SDK has filled, by its address.
    func noteFilled(_ address: UInt) -> FrameBuffer? { contents.withLock { $0.queued.removeValue(forKey: address) } }

    var queuedCount: Int { contents.withLock(\.queued.count) }
    var queuedAddresses: [UInt] { contents.withLock { Array($0.queued.keys) } }
    /// The number of buffers, wherever they are.
    var count: Int { contents.withLock(\.count) }

    /// Takes back the queued buffers after a flush.
    func noteFlushed() {
        contents.withLock { contents in
            contents.free += contents.queued.values
            contents.queued.removeAll()
        }
    }
}
