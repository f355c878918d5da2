internal import CVideo4Linux
internal import Devices
internal import Glibc
internal import ImageFiles
internal import Platform
internal import SDKCameras

/// The state of a running capture.
struct Capture: Sendable {
    /// The kernel's buffers, by index.
    var buffers: [VideoMemory] = []
    /// Memory for images, which the acquisition has queued.
    var empty: [FrameBuffer] = []
    var image: VideoImage?
    var numbers = FrameNumbers(bits: 32)
    /// Damaged images since the last good one.
    var damaged = 0
    var isFreeRunning = false
    /// The time of the latest trigger, in seconds of the monotonic clock.
    var triggered = 0.0
    /// The time of light before the time that the kernel gives an image, in seconds.
    var light = 0.0
}

/// Taking images.
///
/// The kernel fills buffers of its own, and this driver takes the wanted part out of them into the server's memory: once
/// over the pixels, which YUYV or JPEG need in any case. `V4L2_MEMORY_DMABUF` would spare that for grey images only, and
/// needs memory of the GPU's drivers, which a server for microscopes does not have.
extension VideoCamera: SDKCamera {
    var imageLayout: ImageLayout {
        get throws(DeviceError) {
            let image = try image
            if image.format.layout == .jpeg { try loadDecoder() }
            return try image.layout(of: serialNumber)
        }
    }

    var triggering: Triggering { wishes.withLock(\.triggering) }

    /// An image in progress, one more until the exposure is over, and the image itself; cameras take their time to start.
    func imageTime(_ triggering: Triggering) -> Double {
        let interval = (try? interval)?.seconds ?? 0
        let exposure = (try? exposureTime) ?? 0
        return 3 * max(interval, exposure) + exposure + 1
    }

    var queuesBuffers: Bool { true }

    func queue(_ buffer: FrameBuffer) throws(DeviceError) { capture.update { $0.empty.append(buffer) } }

    func flush() throws(DeviceError) { capture.update { $0.empty.removeAll() } }

    func start(ring count: Int) throws(DeviceError) {
        let image = try image
        do {
            try mapBuffers(min(max(count, Self.counts.lowerBound), Self.counts.upperBound))
            let light = lightTime
            capture.update { capture in
                (capture.image, capture.numbers) = (image, FrameNumbers(bits: 32))
                (capture.damaged, capture.light) = (0, light)
                capture.isFreeRunning = wishes.withLock(\.triggering) == .freeRunning
            }
            _ = try request(.start) { $0[0] = VideoConstant.capture }
        } catch {
            release()
            throw error
        }
    }

    /// The kernel's own limit is 32.
    static let counts = 2...32

    private func mapBuffers(_ count: Int) throws(DeviceError) {
        let granted = try requestBuffers(count)
        var buffers: [VideoMemory] = []
        for index in 0..<granted {
            let record = try request(.buffer) { VideoBuffer.fill(&$0, index) }
            let byteCount = Int(record[buffer_length])
            // An image of 16384 x 16384 pixels of two bytes.
            guard (1...1 << 29).contains(byteCount) else {
                throw DeviceError(.failed, "\(serialNumber) has buffers of \(byteCount) bytes")
            }
            let offset = record[buffer_offset]
            buffers.append(
                try call("mmap") { file throws(VideoStatus) in
                    try system.map(file, offset: offset, byteCount: byteCount)
                }
            )
        }
        let mapped = buffers
        capture.update { $0.buffers = mapped }
        for index in mapped.indices { try queueAgain(index) }
    }

    private func requestBuffers(_ count: Int) throws(DeviceError) -> Int {
        let record = try request(.buffers) { record in
            record[reqbufs_count] = UInt32(count)
            record[reqbufs_type] = VideoConstant.capture
            record[reqbufs_memory] = VideoConstant.mapped
        }
        let granted = Int(record[reqbufs_count])
        guard count == 0 || (1...64).contains(granted) else {
            throw DeviceError(.failed, "\(serialNumber) has memory for \(granted) images")
        }
        return granted
    }

    private func queueAgain(_ index: Int) throws(DeviceError) {
        _ = try request(.queue) { VideoBuffer.fill(&$0, index) }
    }

    func stop() throws(DeviceError) {
        defer { release() }
        _ = try request(.stop) { $0[0] = VideoConstant.capture }
    }

    /// Gives the kernel's buffers back, so that formats can be set and others can use the camera.
    private func release() {
        capture.update { $0.buffers.removeAll() }
        _ = try? requestBuffers(0)
    }

    // MARK: Triggers

    /// A camera without a trigger takes images all the time; the one that is wanted is the next that begins after this.
    func sendTrigger() throws(DeviceError) {
        let now = Self.monotonicTime
        let light = lightTime
        capture.update { ($0.triggered, $0.light) = (now, light) }
        guard try isStreaming else { throw DeviceError(.failed, "\(serialNumber) takes no images") }
    }

    private var isStreaming: Bool {
        get throws(DeviceError) {
            // A camera that is gone is noticed here and not only at the end of the wait.
            _ = try request(.capabilities)
            return capture.withLock { !$0.buffers.isEmpty }
        }
    }

    /// The longest time of light in an image with the present settings, in seconds.
    ///
    /// While the camera chooses it, that is the time between images.
    private var lightTime: Double {
        let longest = (try? interval)?.seconds ?? 0
        guard let mode = try? infoIfThere(VideoControl.exposureMode), case .int(let value)? = try? value(mode),
            [ExposureMode.manual, ExposureMode.fixedTime].contains(value), let time = try? exposureTime
        else { return longest }
        return time
    }

    static var monotonicTime: Double { time(of: CLOCK_MONOTONIC) }

    private static func time(of clock: clockid_t) -> Double {
        var time = timespec()
        unsafe clock_gettime(clock, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The time of day at a time of the monotonic clock; the clock may have been set in between.
    private static func timestamp(at time: Double) -> Double {
        Timestamp.now - (monotonicTime - time)
    }

    // MARK: Waiting

    func wait(milliseconds: UInt32) -> WaitResult {
        contact.note("poll")
        do throws(DeviceError) {
            guard capture.withLock({ !$0.empty.isEmpty }) else {
                // Clients have all the memory; meanwhile the kernel drops images and counts them.
                Pause.wait(for: .milliseconds(Int(milliseconds)))
                return .none
            }
            let event = try call("poll") { file throws(VideoStatus) in
                system.wait(file, milliseconds: milliseconds)
            }
            switch event {
            case .nothing: return .none
            case .trouble:
                // Says whether the camera is gone.
                _ = try request(.capabilities)
                return .failed(DeviceError(.failed, "\(serialNumber) takes no images any longer"))
            case .image: return try nextImage().map { .image($0) } ?? .none
            }
        } catch { return error.isLoss ? .lost(error) : .failed(error) }
    }

    /// The next image that clients want; nil if there is none, or it is damaged or too early.
    private func nextImage() throws(DeviceError) -> Arrival? {
        let record: VideoRecord
        do throws(DeviceError) {
            record = try request(.dequeue) { VideoBuffer.fill(&$0, 0) }
        } catch {
            guard (error.cause as? VideoStatus)?.code == EAGAIN else { throw error }
            return nil
        }
        let buffer = VideoBuffer(record)
        let memory = capture.withLock { $0.buffers.indices.contains(buffer.index) ? $0.buffers[buffer.index] : nil }
        guard let memory else {
            throw DeviceError(.failed, "\(serialNumber) returns buffer \(buffer.index), which does not exist")
        }
        let image = capture.update { Self.admit(buffer, &$0) }
        let arrival = image.flatMap { image in take(image, buffer, memory) }
        try queueAgain(buffer.index)
        return arrival
    }

    /// Whether the image is one that clients wait for: not damaged, and begun after the trigger.
    private static func admit(_ buffer: VideoBuffer, _ capture: inout Capture) -> VideoImage? {
        let missing = capture.numbers.missing(before: UInt64(buffer.sequence))
        // Between triggers nobody waits for images.
        if capture.isFreeRunning { capture.damaged += missing }
        guard !buffer.flags.contains(.error) else {
            capture.damaged += 1
            return nil
        }
        guard !capture.isFreeRunning else { return capture.image }
        guard buffer.begin(light: capture.light) >= capture.triggered else {
            capture.damaged = 0
            return nil
        }
        return capture.image
    }

    private func take(_ image: VideoImage, _ buffer: VideoBuffer, _ memory: VideoMemory) -> Arrival? {
        guard let target = capture.update({ $0.empty.isEmpty ? nil : $0.empty.removeFirst() }) else { return nil }
        guard image.convert(memory, used: buffer.byteCount, to: target) == nil else {
            capture.update { capture in
                capture.empty.insert(target, at: 0)
                capture.damaged += 1
            }
            return nil
        }
        let damaged = capture.update { capture in
            defer { capture.damaged = 0 }
            return capture.damaged
        }
        let isTimed = buffer.flags.contains(.monotonic)
        let time = isTimed ? Self.timestamp(at: buffer.time) : nil
        return Arrival(.queued(address: target.address), time: time, missed: damaged)
    }

    private func loadDecoder() throws(DeviceError) {
        do throws(ImageFileError) { try JPEGDecoder.load() } catch {
            throw DeviceError(.library, "\(serialNumber) sends JPEG images: \(error)")
        }
    }
}

extension VideoBuffer {
    /// The earliest time at which the light of the image may have begun, in seconds of the monotonic clock.
    ///
    /// A camera exposes an image before it sends it. The kernel's time is that of the first packet, or of the last one.
    func begin(light: Double) -> Double {
        flags.contains(.monotonic) ? time - light : -.infinity
    }
}
