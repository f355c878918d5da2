internal import Devices
internal import Pickle
internal import Platform
internal import Synchronization

/// A source of frames from a ring, one for each trigger or one after another.
final class PrebuiltSource: DataSource {
    private let state = TimedState(State())
    private let ring: Lock<FrameRing>
    private let lostCount = Atomic(0)

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

    init(_ ring: sending FrameRing) { self.ring = Lock(ring) }

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

    func stop() {
        state.update { state, _ in state.mode = .stopped }
        ring.withLock { $0.shrink() }
    }

    /// Frames that were dropped because clients held all of the ring.
    var lost: Int { lostCount.load(ordering: .relaxed) }

    /// Has an effect only while each trigger gives a frame.
    func trigger() {
        state.update { state, _ in
            guard case .triggered(let waiting) = state.mode else { return }
            state.mode = .triggered(waiting: waiting + 1)
        }
    }

    func next(within limit: Duration) -> Datum? {
        guard let number = state.next(within: limit, Self.take) else {
            ring.withLock { $0.trim(at: .now) }
            return nil
        }
        guard let frame = ring.withLock({ $0.next(numbered: number, at: .now) }) else {
            drop()
            return nil
        }
        var datum = Datum(frame, at: Timestamp.now)
        datum.trigger = isTriggered ? Int(number) : nil
        return datum
    }

    private var isTriggered: Bool { state.read { if case .triggered = $0.mode { true } else { false } } }

    /// Counts a frame that there was no memory for.
    ///
    /// A frame that is made on demand is not lost, but made later.
    private func drop() {
        guard isOnDemand else {
            lostCount.add(1, ordering: .relaxed)
            return
        }
        state.update { state, _ in state.count -= 1 }
        Pause.wait(for: .milliseconds(1))
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
///
/// Bounded: while clients hold all frames, the ring grows up to its limit. What it grew by is freed again when it has not
/// been needed for a second.
struct FrameRing: Sendable {
    private let shape: SensorShape
    private var buffers: [PixelBuffer]
    private var place = 0
    /// The number of buffers that are prepared, and the largest number.
    private let size, limit: Int
    /// The fewest buffers that were free at a time since the last trimming.
    private var fewestFree = Int.max
    private var trimmed: ContinuousClock.Instant
    // The ring keeps its buffers itself.
    private let pool = FramePool(keeping: 0)

    static let trimInterval = Duration.seconds(1)

    init(of count: Int, growingTo limit: Int, _ shape: SensorShape, at now: ContinuousClock.Instant = .now) {
        (self.shape, size, self.limit, trimmed) = (shape, count, max(count, limit), now)
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

    /// The next frame, with a number in its first eight bytes, little-endian; nil if clients hold all there may be.
    mutating func next(numbered number: UInt64, at now: ContinuousClock.Instant) -> Frame? {
        trim(at: now)
        // A buffer on its way to a client must not change.
        let free = free()
        fewestFree = min(fewestFree, free.count)
        if let next = free.first(where: { $0 >= place }) ?? free.first {
            place = next
        } else {
            guard buffers.count < limit else { return nil }
            buffers.insert(copy(of: buffers[place]), at: place)
        }
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

    /// Frees what the ring grew by, as far as it was not needed since the last time, if that was long enough ago.
    mutating func trim(at now: ContinuousClock.Instant) {
        guard now - trimmed >= Self.trimInterval else { return }
        let free = free()
        remove(free.suffix(min(fewestFree, free.count, buffers.count - size)))
        (trimmed, fewestFree) = (now, .max)
    }

    /// Gives up what the ring grew by; clients that still hold frames free them.
    mutating func shrink() {
        guard buffers.count > size else { return }
        // Frames that are held belong to the clients from now on.
        let free = Set(free())
        remove(buffers.indices.filter { !free.contains($0) }.suffix(buffers.count - size))
        remove(Array(buffers.indices).suffix(buffers.count - size))
    }

    /// The places of the buffers that no client holds.
    private mutating func free() -> [Int] {
        var places: [Int] = []
        for index in buffers.indices where isKnownUniquelyReferenced(&buffers[index]) { places.append(index) }
        return places
    }

    private mutating func remove(_ indices: ArraySlice<Int>) {
        for index in indices.sorted().reversed() { buffers.remove(at: index) }
        place = buffers.isEmpty ? 0 : place % buffers.count
    }

    private func copy(of buffer: PixelBuffer) -> PixelBuffer {
        let copy = pool.buffer(byteCount: buffer.byteCount)
        unsafe copy.write { memory in unsafe memory.copyMemory(from: buffer.bytes) }
        return copy
    }
}
