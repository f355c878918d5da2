internal import Devices
internal import Pickle
internal import Platform
internal import SDKCameras

/// A running acquisition: its memory, and the frames that have been read.
struct Capture: Sendable {
    /// Where the library writes; nil while nothing is acquired.
    var memory: FrameBuffer?
    var setup: Plan.Setup?
    var exposing = Exposing(.timed, isSingle: true)
    /// The number of frames in the memory.
    var ring = 0
    /// The number of the last frame that has been read, counted from one.
    var read = 0
    /// The difference between the place of the last frame in the ring and the place that its number stands for.
    var shift: Int?
    var clock = FrameClock()
    /// The time since which nothing has been heard of a frame.
    var silentSince = ContinuousClock.now
    /// The time at which the last acquisition was aborted.
    var abortedAt: ContinuousClock.Instant?
}

extension PVCAMCamera: SDKCamera {
    var imageLayout: ImageLayout { get throws(DeviceError) { try setUp().layout } }

    var triggering: Triggering {
        get throws(DeviceError) {
            let exposing = plan.withLock(\.exposing)
            if exposing.isSingle || exposing.mode == .softwareEdge { return .software }
            return exposing.mode.isFreeRunning ? .freeRunning : .external
        }
    }

    func imageTime(_ triggering: Triggering) -> Double {
        let exposure = plan.withLock { $0.setup?.exposure ?? $0.exposure }
        return exposure + readoutTime + clearingTime
    }

    /// Seconds that the last setup needs to read a frame out.
    var readoutTime: Double { time(.readoutTime, unit: 1e-6) }
    var clearingTime: Double { time(.clearingTime, unit: 1e-9) }

    /// Seconds; zero for a time that the camera does not state.
    func time(_ id: ParameterID, unit: Double) -> Double {
        let count = ((try? value(ifThere: id)) ?? nil)?.double ?? 0
        return count.isFinite ? max(0, count * unit) : 0
    }

    var queuesBuffers: Bool { false }
    func queue(_ buffer: FrameBuffer) throws(DeviceError) {}
    func flush() throws(DeviceError) {}

    func start(ring count: Int) throws(DeviceError) {
        // An abort has failed: the library may still write to the memory.
        if isAcquiring { try stop() }
        let setup = try setUp()
        let exposing = plan.withLock(\.exposing)
        try readAhead(settingIDs.withLock { $0 })
        let ring = exposing.isSingle ? 1 : count
        let (bytes, isTooLarge) = setup.frameBytes.multipliedReportingOverflow(by: ring)
        // The library's limit.
        guard !isTooLarge, bytes <= Int(UInt32.max) else {
            throw DeviceError(.failed, "\(ring) images of \(setup.frameBytes) bytes on \(serialNumber) exceed 4 GB")
        }
        let memory = capture.withLock { capture -> FrameBuffer in
            if let memory = capture.memory, memory.byteCount == bytes { return memory }
            return FrameBuffer(byteCount: bytes)
        }
        events.restart()
        capture.withLock { capture in
            capture = Capture(memory: memory, setup: setup, exposing: exposing, ring: ring)
        }
        if !exposing.isSingle {
            try call("pl_exp_start_cont") { handle throws(PVCAMStatus) in try library.start(memory, handle) }
        }
        noteAcquiring(true)
    }

    func stop() throws(DeviceError) {
        try call("pl_exp_abort") { handle throws(PVCAMStatus) in try library.abort(handle, idleState) }
        noteAcquiring(false)
        capture.withLock { $0.abortedAt = .now }
        // Nobody says whether a setup outlives an abort.
        plan.withLock { $0.setup = nil }
    }

    /// Waits until the camera can be set up again after an abort.
    func awaitSettling() {
        guard let abortedAt = capture.withLock(\.abortedAt) else { return }
        let rest = settlingTime - (ContinuousClock.now - abortedAt)
        if rest > .zero { Pause.wait(for: rest) }
    }

    func sendTrigger() throws(DeviceError) {
        let (exposing, memory) = capture.withLock { ($0.exposing, $0.memory) }
        guard !exposing.isSingle else {
            guard let memory else { throw DeviceError(.incompatibleState, "\(serialNumber) is not acquiring images") }
            events.restart()
            capture.withLock { capture in
                capture.read = 0
                capture.silentSince = .now
            }
            return try call("pl_exp_start_seq") { handle throws(PVCAMStatus) in
                try library.startSequence(memory, handle)
            }
        }
        let end = ContinuousClock.now + Self.triggerPatience
        while true {
            if try call("pl_exp_trigger", { handle throws(PVCAMStatus) in try library.trigger(handle) }) { return }
            guard ContinuousClock.now < end else {
                throw DeviceError(.failed, "pl_exp_trigger on \(serialNumber): the camera has ignored the trigger")
            }
            Pause.wait(for: .milliseconds(1))
        }
    }

    /// The time for which a camera that ignores a trigger because it is busy is asked again.
    private static let triggerPatience = Duration.seconds(1)
    /// The time without an event after which the library is asked for frames: some events do not come.
    private static let silence = Duration.milliseconds(100)

    func wait(milliseconds: UInt32) -> WaitResult {
        contact.note("waiting for a frame")
        let (read, since) = capture.withLock { ($0.read, $0.silentSince) }
        let isHeard = events.wait(forFrameAfter: read, within: .milliseconds(Int64(milliseconds)))
        guard !events.isRemoved else { return .lost(contact.noted(failure("waiting for an image", .removed))) }
        guard isHeard || ContinuousClock.now - since > Self.silence else { return .none }
        capture.withLock { $0.silentSince = .now }
        do throws(DeviceError) {
            let exposing = capture.withLock(\.exposing)
            let arrival = exposing.isSingle ? try nextSingle() : try nextFrame()
            return arrival.map { .image($0) } ?? .none
        } catch {
            guard !error.isLoss else { return .lost(error) }
            return (error.cause as? PVCAMStatus) == .overrun ? .overflowed(error) : .failed(error)
        }
    }

    /// The newest frame; nil if there is none.
    func newest() throws(DeviceError) -> (address: UInt, info: FrameInfo)? {
        do throws(DeviceError) {
            return try call("pl_exp_get_latest_frame_ex") { handle throws(PVCAMStatus) in
                try library.latestFrame(handle)
            }
        } catch {
            guard (error.cause as? PVCAMStatus) == .noDataYet else { throw error }
            return nil
        }
    }

    /// The frame of a sequence of one; nil while it is not complete.
    private func nextSingle() throws(DeviceError) -> Arrival? {
        let status = try call("pl_exp_check_status") { handle throws(PVCAMStatus) in try library.status(handle) }
        let (complete, failed): (Int16, Int16) = (3, 4)
        guard status != failed else { throw DeviceError(.failed, "the read-out has failed on \(serialNumber)") }
        let (memory, read) = capture.withLock { ($0.memory, $0.read) }
        guard status == complete, read == 0, let memory else { return nil }
        let info = try? newest()?.info
        try call("pl_exp_finish_seq") { handle throws(PVCAMStatus) in try library.finishSequence(memory, handle) }
        capture.withLock { $0.read = 1 }
        return try arrival(slot: 0, info, missed: 0)
    }

    /// The next frame of the ring; nil if there is none.
    private func nextFrame() throws(DeviceError) -> Arrival? {
        let capture = capture.withLock { $0 }
        guard let memory = capture.memory, let setup = capture.setup, capture.ring > 0 else { return nil }
        guard let newest = try newest(), newest.info.number > capture.read else { return nil }
        let slot = try slot(newest.address, memory, setup, capture.ring)
        let shift = modulo(slot - newest.info.number, capture.ring)
        // The oldest frame may be the next one to be overwritten.
        let oldest = newest.info.number - max(0, capture.ring - 2)
        var number = max(capture.read + 1, oldest)
        while number < newest.info.number,
            !isThere(number, newest: newest.info.number, slot, capture, isSameShift: shift == capture.shift)
        {
            number += 1
        }
        let missed = number - capture.read - 1
        let info = number == newest.info.number ? newest.info : nil
        let distance = newest.info.number - number
        self.capture.withLock { $0.read = number }
        if distance == 0 { self.capture.withLock { $0.shift = shift } }
        return try arrival(slot: modulo(slot - distance, capture.ring), info, missed: missed)
    }

    /// Whether a frame that nobody has read is at the place before the newest one that its number stands for.
    ///
    /// Its metadata say so; without them, it is where it must be if no frame was lost since the last one that was read.
    private func isThere(_ number: Int, newest: Int, _ slot: Int, _ capture: Capture, isSameShift: Bool) -> Bool {
        guard let memory = capture.memory, let setup = capture.setup else { return false }
        guard setup.hasMetadata else {
            return isSameShift || capture.shift == nil && slot == modulo(newest - 1, capture.ring)
        }
        func metadata(_ slot: Int) -> FrameMetadata? {
            FrameMetadata(memory, at: slot * setup.frameBytes, byteCount: setup.frameBytes)
        }
        guard let latest = metadata(slot), let wanted = metadata(modulo(slot - (newest - number), capture.ring)) else {
            return false
        }
        return latest.number &- wanted.number == UInt32(clamping: newest - number)
    }

    /// The place in the ring at an address.
    private func slot(
        _ address: UInt,
        _ memory: FrameBuffer,
        _ setup: Plan.Setup,
        _ ring: Int
    ) throws(DeviceError) -> Int {
        let (bytes, isBefore) = address.subtractingReportingOverflow(memory.address)
        guard !isBefore, let offset = Int(exactly: bytes), offset % setup.frameBytes == 0,
            offset / setup.frameBytes < ring
        else { throw DeviceError(.failed, "\(serialNumber) has reported a frame outside of its buffer") }
        return offset / setup.frameBytes
    }

    private func modulo(_ number: Int, _ ring: Int) -> Int { (number % ring + ring) % ring }

    /// The pixels of a frame, where the library has written them.
    private func arrival(slot: Int, _ info: FrameInfo?, missed: Int) throws(DeviceError) -> Arrival {
        let now = Timestamp.now
        return try capture.withLock { (capture) throws(DeviceError) -> Arrival in
            guard let memory = capture.memory, let setup = capture.setup else {
                throw DeviceError(.incompatibleState, "\(serialNumber) is not acquiring images")
            }
            let start = slot * setup.frameBytes
            let metadata =
                setup.hasMetadata ? FrameMetadata(memory, at: start, byteCount: setup.frameBytes) : nil
            let pixels = start + (metadata?.pixelOffset ?? (setup.hasMetadata ? FrameMetadata.leastBytes : 0))
            guard pixels + setup.layout.byteCount <= start + setup.frameBytes,
                let borrowed = BorrowedMemory(
                    address: memory.address + UInt(pixels),
                    byteCount: setup.layout.byteCount
                )
            else { throw DeviceError(.failed, "\(serialNumber) has sent an image of another size than it reported") }
            let time =
                metadata.flatMap { capture.clock.time(begin: $0.begin, end: $0.end, arrival: now) }
                ?? info.flatMap { info in
                    // Tenths of a millisecond.
                    capture.clock.time(begin: Double(info.begin) / 1e4, end: Double(info.end) / 1e4, arrival: now)
                }
            return Arrival(.borrowed(borrowed), time: time, missed: missed)
        }
    }
}
