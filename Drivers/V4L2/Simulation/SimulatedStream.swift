internal import Devices
internal import Glibc

/// The buffers of a simulated camera, and the images that fill them as time goes by.
struct SimulatedStream: Sendable {
    struct Buffer: Sendable {
        let index: Int
        let memory: SimulatedMemory
        var flags: VideoBufferFlags = [.mapped, .monotonic, .timedAtStart]
        var used = 0
        var sequence: UInt32 = 0
        var time = 0.0
        /// The place by which the program maps the buffer.
        var offset: Int { index * SimulatedStream.distance }
    }

    /// The distance of buffers in the file: more than the largest image.
    private static let distance = 1 << 24
    /// How long the camera takes until its first image, in seconds, and what part of an interval the transfer takes.
    private static let startTime = 0.1, transferPart = 0.8

    /// The file that has asked for the buffers.
    let owner: Int32
    private let mode: SimulatedUVC.Model.Mode
    private var period: Double
    private var buffers: [Buffer]
    private var queued: [Int] = []
    private var done: [Int] = []
    /// The time of the first image of this period, and the number of images since; nil while it is stopped.
    private var begin: Double?
    private var number = 0
    private var sequence: UInt32 = 0

    init(owner: Int32, _ mode: SimulatedUVC.Model.Mode, _ period: Double, _ count: Int) {
        (self.owner, self.mode, self.period) = (owner, mode, period)
        buffers = (0..<count).map { Buffer(index: $0, memory: SimulatedMemory(byteCount: mode.mode.byteCount)) }
    }

    mutating func start(at now: Double) {
        guard begin == nil else { return }
        (begin, number, sequence) = (now + Self.startTime, 0, 0)
    }

    /// All buffers return to the program.
    mutating func stop() {
        begin = nil
        for index in buffers.indices { buffers[index].flags.subtract([.queued, .done]) }
        (queued, done) = ([], [])
    }

    mutating func change(period: Double, at now: Double) {
        guard period != self.period else { return }
        self.period = period
        // The image in progress is lost.
        if let begin, now > begin { (self.begin, number) = (now, 0) }
    }

    func buffer(_ index: Int) throws(VideoStatus) -> Buffer {
        guard buffers.indices.contains(index) else { throw VideoStatus(EINVAL) }
        return buffers[index]
    }

    mutating func queue(_ index: Int) throws(VideoStatus) -> Buffer {
        let buffer = try buffer(index)
        guard !queued.contains(index), !done.contains(index) else { throw VideoStatus(EINVAL) }
        queued.append(index)
        buffers[index].flags.insert(.queued)
        return buffer
    }

    mutating func dequeue() throws(VideoStatus) -> Buffer {
        guard begin != nil else { throw VideoStatus(EINVAL) }
        guard !done.isEmpty else { throw VideoStatus(EAGAIN) }
        let index = done.removeFirst()
        let buffer = buffers[index]
        buffers[index].flags.subtract([.done, .error])
        return buffer
    }

    func memory(at offset: Int) -> SimulatedMemory? { buffers.first { $0.offset == offset }?.memory }

    var event: VideoEvent {
        if !done.isEmpty { return .image }
        return begin == nil || queued.isEmpty ? .trouble : .nothing
    }

    /// Fills buffers with the images that have arrived by a time; without a buffer an image is lost.
    mutating func advance(
        to now: Double,
        _ fault: OrderedFault?,
        _ faults: OrderedFaults?,
        _ mishaps: inout [SimulatedUVC.Mishap]
    ) {
        guard let begin else { return }
        while begin + (Double(number) + Self.transferPart) * period <= now {
            let start = begin + Double(number) * period
            number += 1
            // A camera that hangs sends nothing.
            if fault == .hang { continue }
            sequence &+= 1
            if fault == .drop, faults?.arriving([]) == nil { continue }
            guard !queued.isEmpty else {
                // The others that had to come meanwhile are lost as well.
                let more = max(0, Int(((now - begin) / period).rounded(.down)) - number)
                number += more
                sequence &+= UInt32(truncatingIfNeeded: more)
                continue
            }
            fill(queued.removeFirst(), at: start, isDamaged: fault == .garbage, &mishaps)
        }
    }

    private mutating func fill(
        _ index: Int,
        at time: Double,
        isDamaged: Bool,
        _ mishaps: inout [SimulatedUVC.Mishap]
    ) {
        var buffer = buffers[index]
        buffer.used = SimulatedPicture.draw(mode.mode, sequence &- 1, into: buffer.memory)
        (buffer.time, buffer.sequence) = (time, sequence &- 1)
        buffer.flags.remove(.queued)
        buffer.flags.insert(.done)
        if isDamaged || mishaps.first == .damagedImage { buffer.flags.insert(.error) }
        if mishaps.first == .cutImage { buffer.used /= 3 }
        if [.damagedImage, .cutImage].contains(mishaps.first) { mishaps.removeFirst() }
        buffers[index] = buffer
        done.append(index)
    }
}

/// Memory of a simulated camera's buffer.
// Unchecked: the stream writes it while it is queued, and the program reads it at other times.
@safe final class SimulatedMemory: @unchecked Sendable {
    @unsafe let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) { unsafe bytes = .allocate(byteCount: max(byteCount, 1), alignment: 4096) }

    deinit { unsafe bytes.deallocate() }

    var byteCount: Int { unsafe bytes.count }

    /// The memory as the program maps it; it stays for as long as it is mapped.
    var mapped: VideoMemory { unsafe VideoMemory(bytes) { _, _ in _ = self } }
}
