internal import Devices
internal import Platform
internal import SDKCameras
internal import SimulatedGigE
internal import Transports

/// The stream of an acquisition, and what is known of its images.
struct StreamState: Sendable {
    /// The library's object; zero while there is none.
    var handle: UInt = 0
    var layout: ImageLayout?
    var format: UInt32 = 0
    var triggering = Triggering.freeRunning
    var numbers = FrameNumbers()
    var hasWideNumbers = false
    /// The camera's clock at the images in buffers, by their addresses.
    var ticks: [UInt: UInt64] = [:]
    var hasClock = false
    var began = ContinuousClock.now
    /// Whether a trigger that brought no packet has been sent again.
    var hasRepeated = false
    /// Images that did not arrive whole.
    var broken = 0
    /// The library's counters of streams that have ended.
    var past: [String: Int] = [:]
}

extension AravisCamera: SDKCamera {
    var imageLayout: ImageLayout {
        get throws(DeviceError) {
            let code = try choice("PixelFormat")
            guard let format = CameraFormat(code: code) else {
                let name = (try? choiceName("PixelFormat")) ?? "0x\(String(code, radix: 16))"
                throw DeviceError(.unsupported, "images of pixel format \(name) on \(serialNumber) cannot be read")
            }
            let (width, height) = (try side("Width"), try side("Height"))
            guard width % format.pixelStep == 0 else {
                throw DeviceError(
                    .unsupported,
                    "the width \(width) of \(serialNumber) is not divisible by \(format.pixelStep)"
                )
            }
            let row = format.pixels.rowBytes(width)
            let payload = try int("PayloadSize")
            // Rows may have padding; what follows all rows is not part of them.
            let padding = payload % height == 0 && payload / height - row <= 4096 ? max(0, payload / height - row) : 0
            return try ImageLayout(
                width: width,
                height: height,
                format.pixels,
                stride: row + padding,
                byteCount: min(max(payload, 1), 1 << 34),
                hasTicks: true,
                of: serialNumber
            )
        }
    }

    private func side(_ id: FeatureID) throws(DeviceError) -> Int {
        let value = try int(id)
        guard (1...1 << 20).contains(value) else {
            throw DeviceError(.failed, "\(serialNumber) reports \(id) = \(value), which is not plausible")
        }
        return value
    }

    var triggering: Triggering { get throws(DeviceError) { try GenICamTrigger.triggering(of: self) } }

    func imageTime(_ triggering: Triggering) -> Double {
        let exposure = (try? exposureFeature().flatMap { try seconds(of: $0) }) ?? 0
        guard triggering == .freeRunning, let rate = try? frameRate(), rate > 0 else { return exposure }
        return max(exposure, 1 / rate)
    }

    var queuesBuffers: Bool { true }

    func queue(_ buffer: FrameBuffer) throws(DeviceError) {
        if stream.withLock(\.handle) == 0 { try beginStream() }
        library.push(buffer, to: stream.withLock(\.handle))
    }

    /// The library fills no buffers after its stream has ended.
    func flush() throws(DeviceError) { endStream() }

    private func beginStream() throws(DeviceError) {
        let made = try call("arv_device_create_stream") { handle throws(AravisStatus) in try library.makeStream(handle)
        }
        if isGigE {
            // The first images would be lost if the buffer grew with them.
            library.setProperty("socket-buffer", of: made, to: Int32(0))
            library.setProperty("socket-buffer-size", of: made, to: Int32(32 << 20))
            if case .simulated = place {
                // Computers that test have much else to do.
                library.setProperty("packet-request-ratio", of: made, to: 1.0)
                library.setProperty("frame-retention", of: made, to: Int32(1_000_000))
            }
        }
        // The stream's thread begins to listen some moments after the stream has been made.
        if isGigE { Pause.wait(for: .milliseconds(20)) }
        stream.withLock { ($0.handle, $0.hasRepeated) = (made, false) }
    }

    /// Ends the stream, and keeps its counters.
    func endStream() {
        let handle = stream.withLock { state in
            defer { state.handle = 0 }
            return state.handle
        }
        guard handle != 0 else { return }
        let counters = library.counters(handle)
        library.release(handle)
        stream.withLock { state in
            state.past.merge(counters) { $0 &+ $1 }
            state.ticks.removeAll()
        }
    }

    /// The library's counters since the camera was opened.
    var streamCounters: [String: Int] {
        let (handle, past) = stream.withLock { ($0.handle, $0.past) }
        return handle == 0 ? past : past.merging(library.counters(handle)) { $0 &+ $1 }
    }

    func start(ring count: Int) throws(DeviceError) {
        let (layout, triggering) = (try imageLayout, try triggering)
        let format = UInt32(truncatingIfNeeded: try choice("PixelFormat"))
        let hasClock = hardwareClock != nil
        stream.withLock { state in
            (state.layout, state.format, state.triggering) = (layout, format, triggering)
            // Without extended numbers they are 1 to 65535.
            state.numbers = isGigE ? FrameNumbers(first: 1, last: 65_535) : FrameNumbers()
            (state.hasWideNumbers, state.hasClock, state.began) = (!isGigE, hasClock, .now)
        }
        try execute("AcquisitionStart")
    }

    func stop() throws(DeviceError) {
        defer { endStream() }
        try execute("AcquisitionStop")
    }

    func sendTrigger() throws(DeviceError) {
        stream.withLock { $0.began = .now }
        try execute("TriggerSoftware")
    }

    func wait(milliseconds: UInt32) -> WaitResult {
        contact.note("arv_stream_timeout_pop_buffer")
        let (handle, triggering) = stream.withLock { ($0.handle, $0.triggering) }
        guard handle != 0 else { return .lost(failure("waiting for an image", .closed)) }
        guard let popped = library.pop(handle, microseconds: UInt64(milliseconds) * 1000) else {
            return nothing(handle)
        }
        guard popped.status == 0 else {
            library.pushAgain(popped, to: handle)
            stream.withLock { $0.broken += 1 }
            // The next image's number shows that this one is missing; after a software trigger there is none.
            guard triggering == .software else { return .none }
            return .failed(
                DeviceError(.failed, "an image of \(serialNumber) is incomplete: \(Self.reason(popped.status))")
            )
        }
        library.release(popped.object)
        return arrival(popped)
    }

    private func nothing(_ handle: UInt) -> WaitResult {
        if let device = try? self.handle, ControlLosses.contains(device) {
            return .lost(contact.noted(failure("waiting for an image", .controlLost)))
        }
        let (began, triggering, hasRepeated) = stream.withLock { ($0.began, $0.triggering, $0.hasRepeated) }
        let time = ContinuousClock.now - began
        guard isGigE, triggering != .external, time > .milliseconds(500) else { return .none }
        let overdue = time - .seconds(min(imageTime(triggering), 1e6))
        guard overdue > .milliseconds(500), library.counters(handle)["n_received_packets"] == 0 else { return .none }
        if triggering == .software, !hasRepeated {
            // The first image of a stream may come before its thread listens.
            stream.withLock { $0.hasRepeated = true }
            try? execute("TriggerSoftware")
            return .none
        }
        guard overdue > .milliseconds(1500) else { return .none }
        stream.withLock { $0.began = .now }
        return .failed(
            DeviceError(
                .failed,
                """
                no packet of an image has arrived from \(serialNumber): a firewall, two network cards in one subnet, or \
                packets larger than the network carries (hwprobe doctor)
                """
            )
        )
    }

    private func arrival(_ popped: AravisLibrary.Popped) -> WaitResult {
        stream.withLock { state in
            guard let layout = state.layout, let size = popped.size, size.width == layout.width,
                size.height == layout.height, size.format == state.format
            else {
                return .failed(
                    DeviceError(.failed, "\(serialNumber) has sent an image of another size or format than it reported")
                )
            }
            if popped.frameID > 65_535, !state.hasWideNumbers {
                (state.numbers, state.hasWideNumbers) = (FrameNumbers(), true)
            }
            let missed = state.numbers.missing(before: popped.frameID)
            state.ticks[popped.address] = popped.ticks
            let time = Double(popped.systemTime) / 1e9
            return .image(
                Arrival(
                    .queued(address: popped.address),
                    time: state.hasClock || popped.systemTime == 0 ? nil : time,
                    missed: missed
                )
            )
        }
    }

    func ticks(in buffer: FrameBuffer) -> UInt64? { stream.withLock { $0.ticks[buffer.address] } }

    /// GigE Vision's clock, whose value and frequency are in registers of every camera.
    ///
    /// The library reports the time of an image in nanoseconds of it.
    var hardwareClock: HardwareClock? {
        guard isGigE, let handle = try? self.handle else { return nil }
        func register(_ address: UInt32) -> Int? {
            (try? library.readRegister(UInt64(address), handle)).map { Int($0) }
        }
        typealias R = GVCP.Register
        guard let high = register(R.tickHigh), let low = register(R.tickLow) else { return nil }
        let frequency = Double(high << 32 | low)
        guard frequency > 0 else { return nil }
        return HardwareClock(frequency: 1_000_000_000) {
            guard (try? library.writeRegister(UInt64(R.timeControl), handle, to: 2)) != nil else { return nil }
            guard let high = register(R.timeHigh), let low = register(R.timeLow), high < 1 << 31 else { return nil }
            let nanoseconds = Double(high << 32 | low) * 1e9 / frequency
            return nanoseconds < 9e18 ? Int(nanoseconds) : nil
        }
    }

    private static func reason(_ status: Int) -> String {
        switch status {
        case 2: "it did not arrive in time"
        case 3: "packets are missing"
        case 4: "a packet has a wrong number"
        case 5: "it is larger than the camera reported"
        case 7: "it was aborted"
        default: "status \(status)"
        }
    }
}
