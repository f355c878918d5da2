internal import Synchronization

/// The buffers of one acquisition: some wait in the SDK's queue, some are with clients, some are free.
///
/// Bounded: when clients hold on to all that there may be, their images are copied instead.
final class BufferPool: Sendable {
    private struct Contents {
        var free: [FrameBuffer] = []
        var queued: [UInt: FrameBuffer] = [:]
        /// How many there are, wherever they are.
        var count = 0
    }

    let byteCount: Int
    let capacity: Int
    private let contents = Mutex(Contents())

    init(byteCount: Int, capacity: Int) { (self.byteCount, self.capacity) = (byteCount, capacity) }

    /// A buffer to be queued; nil if all are in use.
    func take() -> FrameBuffer? {
        contents.withLock { contents in
            if let buffer = contents.free.popLast() { return buffer }
            guard contents.count < capacity else { return nil }
            contents.count += 1
            return FrameBuffer(byteCount: byteCount)
        }
    }

    func takeBack(_ buffer: FrameBuffer) { contents.withLock { $0.free.append(buffer) } }

    /// Keeps a buffer alive for as long as the SDK may write to it.
    func noteQueued(_ buffer: FrameBuffer) { contents.withLock { $0.queued[buffer.address] = buffer } }

    /// The buffer that the SDK has filled, by its address.
    func noteFilled(_ address: UInt) -> FrameBuffer? { contents.withLock { $0.queued.removeValue(forKey: address) } }

    var queuedCount: Int { contents.withLock(\.queued.count) }
    var queuedAddresses: [UInt] { contents.withLock { Array($0.queued.keys) } }
    /// How many buffers there are, wherever they are.
    var count: Int { contents.withLock(\.count) }

    /// Takes back what was queued, once the SDK has been flushed.
    func noteFlushed() {
        contents.withLock { contents in
            contents.free += contents.queued.values
            contents.queued.removeAll()
        }
    }
}
