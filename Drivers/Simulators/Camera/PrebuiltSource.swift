internal import Devices
internal import Pickle
internal import Synchronization

/// A source of frames from a ring, one for each trigger or one after another.
final class PrebuiltSource: DataSource {
    private let state = TimedState(State())
    private let ring: Mutex<FrameRing>

    private enum Mode: Sendable {
        case stopped
        case triggered(waiting: Int)
        case freeRunning(due: ContinuousClock.Instant)
    }

    private struct State: Sendable {
        var mode = Mode.stopped
        /// The time between two frames without a trigger.
        var period = Duration.zero
        /// The number of frames since the start.
        var count: UInt64 = 0
    }

    init(_ ring: sending FrameRing) { self.ring = Mutex(ring) }

    var period: Duration {
        get { state.read(\.period) }
        set { state.update { state, _ in state.period = newValue } }
    }

    /// Starts numbering from zero.
    func start(_ triggerMode: TriggerMode) {
        state.update { state, now in
            state.mode = triggerMode == .bulb ? .freeRunning(due: now) : .triggered(waiting: 0)
            state.count = 0
        }
    }

    func stop() { state.update { state, _ in state.mode = .stopped } }

    /// Has an effect only while each trigger gives a frame.
    func trigger() {
        state.update { state, _ in
            guard case .triggered(let waiting) = state.mode else { return }
            state.mode = .triggered(waiting: waiting + 1)
        }
    }

    func next(within limit: Duration) -> Datum? {
        guard let number = state.next(within: limit, Self.take) else { return nil }
        return Datum(ring.withLock { $0.next(numbered: number) }, at: Timestamp.now)
    }

    func interrupt() { state.interrupt() }

    /// True while it runs freely without a period: then it makes a frame whenever it is asked for one.
    var isOnDemand: Bool {
        state.read { state in
            guard case .freeRunning = state.mode else { return false }
            return state.period == .zero
        }
    }

    /// The number of the next frame, when it is due.
    private static func take(_ state: inout State, now: ContinuousClock.Instant) -> Readiness<UInt64> {
        switch state.mode {
        case .stopped, .triggered(waiting: 0): return .notYet
        case .triggered(let waiting): state.mode = .triggered(waiting: waiting - 1)
        case .freeRunning(let due):
            guard due <= now else { return .notBefore(due) }
            // A late reader gets one frame at once, not all those that it missed.
            state.mode = .freeRunning(due: max(due + state.period, now - state.period))
        }
        defer { state.count += 1 }
        return .found(state.count)
    }
}

/// Frames prepared in advance and passed on in turn without a copy.
struct FrameRing: Sendable {
    private let shape: SensorShape
    private var buffers: [PixelBuffer]
    private var place = 0
    private let pool = FramePool()

    init(of count: Int, _ shape: SensorShape) {
        self.shape = shape
        var noise = Noise()
        buffers = (0..<count).map { [pool] _ in
            let buffer = pool.buffer(byteCount: shape.width * shape.height * MemoryLayout<UInt16>.stride)
            unsafe buffer.write { memory in
                let canvas = unsafe Canvas<UInt16>(memory, width: shape.width, height: shape.height)
                canvas.paint { noise.levels(from: 0, to: 255) }
            }
            return buffer
        }
    }

    /// The number of buffers.
    var count: Int { buffers.count }

    /// The next frame, with a number in its first eight bytes, little-endian.
    mutating func next(numbered number: UInt64) -> Frame {
        // A buffer on its way to a client must not change. The ring grows until one is free.
        if !isKnownUniquelyReferenced(&buffers[place]) { buffers.insert(copy(of: buffers[place]), at: place) }
        let buffer = buffers[place]
        unsafe buffer.write { memory in
            unsafe withUnsafeBytes(of: number.littleEndian) { bytes in
                unsafe memory.copyBytes(from: bytes.prefix(memory.count))
            }
        }
        place = (place + 1) % buffers.count
        // The buffers have been made for this shape.
        return Frame(width: shape.width, height: shape.height, .uint16, pixels: Bytes(buffer))!
    }

    private func copy(of buffer: PixelBuffer) -> PixelBuffer {
        let copy = pool.buffer(byteCount: buffer.byteCount)
        unsafe copy.write { memory in unsafe memory.copyMemory(from: buffer.bytes) }
        return copy
    }
}
