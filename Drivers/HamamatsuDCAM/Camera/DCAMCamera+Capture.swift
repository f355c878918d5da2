internal import Devices
internal import Pickle
internal import Platform
internal import SDKCameras

/// The state of a capture: the images that have been read.
struct Capture: Sendable {
    /// The number of images in the SDK's ring; zero while nothing is captured.
    var ring = 0
    /// The number of images read, or known to be overwritten.
    var read = 0
    var numbers = FrameNumbers()
    var layout: ImageLayout?
    /// Whether the numbers and the times of images can be used.
    var hasNumbers = false, hasTimes = false
    /// Consecutive waits that have reported a lost image.
    var lostWaits = 0
}

extension DCAMCamera: SDKCamera {
    var imageLayout: ImageLayout {
        get throws(DeviceError) {
            let number = try int(.pixelType, within: 0...1 << 16)
            guard let type = DCAMPixelType(rawValue: number) else {
                throw DeviceError(.unsupported, "cannot read images of pixel type \(number) on \(serialNumber)")
            }
            return try ImageLayout(
                width: int(.imageWidth, within: 1...1 << 20),
                height: int(.imageHeight, within: 1...1 << 20),
                type.format,
                stride: int(.rowBytes, within: 1...1 << 24),
                byteCount: int(.frameBytes, within: 1...1 << 40),
                of: serialNumber
            )
        }
    }

    var triggering: Triggering {
        get throws(DeviceError) {
            switch DCAMTriggerSource(rawValue: try value(.triggerSource)) {
            case .software: .software
            case .internal: .freeRunning
            default: .external
            }
        }
    }

    func imageTime(_ triggering: Triggering) -> Double {
        let exposure = (try? value(.exposure)) ?? 0
        let readout = try? value(ifThere: .readoutTime)
        return exposure + (readout ?? 0)
    }

    var queuesBuffers: Bool { false }
    func queue(_ buffer: FrameBuffer) throws(DeviceError) {}
    func flush() throws(DeviceError) {}

    func start(ring count: Int) throws(DeviceError) {
        let layout = try imageLayout
        let hasNumbers = try isStamped(.frameStampProducer) { $0 > 1 }
        // Only the camera and the capture device know when an image was taken; the others when it has arrived.
        let hasTimes = try isStamped(.timeStampProducer) { $0 >= 4 }
        try call("dcambuf_alloc") { handle throws(DCAMStatus) in try library.allocate(count, handle) }
        do throws(DeviceError) {
            try call("dcamcap_start") { handle throws(DCAMStatus) in try library.start(handle) }
        } catch {
            try? call("dcambuf_release") { handle throws(DCAMStatus) in try library.release(handle) }
            throw error
        }
        capture.update { capture in
            capture = Capture()
            (capture.ring, capture.layout) = (count, layout)
            (capture.hasNumbers, capture.hasTimes) = (hasNumbers, hasTimes)
            capture.numbers = FrameNumbers(bits: 32)
        }
    }

    private func isStamped(_ producer: DCAMID, _ isGood: (Double) -> Bool) throws(DeviceError) -> Bool {
        try value(ifThere: producer).map(isGood) ?? false
    }

    /// Stops the capture and releases the ring, so that all properties can be written.
    func stop() throws(DeviceError) {
        capture.update { $0.ring = 0 }
        try call("dcamcap_stop") { handle throws(DCAMStatus) in try library.stop(handle) }
        try call("dcambuf_release") { handle throws(DCAMStatus) in try library.release(handle) }
    }

    func sendTrigger() throws(DeviceError) {
        try call("dcamcap_firetrigger") { handle throws(DCAMStatus) in try library.fireTrigger(handle) }
    }

    func wait(milliseconds: UInt32) -> WaitResult {
        contact.note("dcamwait_start")
        do throws(DeviceError) {
            if let arrival = try nextImage() { return .image(arrival) }
            do throws(DCAMStatus) { try library.wait(waitHandle, milliseconds: milliseconds) } catch {
                return result(of: error)
            }
            return try nextImage().map { .image($0) } ?? .none
        } catch {
            return error.isLoss ? .lost(error) : .failed(error)
        }
    }

    private func result(of status: DCAMStatus) -> WaitResult {
        if status == .timedOut { return .none }
        if status.isLoss { return .lost(failure("waiting for an image", status)) }
        guard status == .lostFrame else { return .failed(failure("images were lost", status)) }
        // It comes now and then without consequences; only if it stays, the capture is restarted.
        let count = capture.update { capture in
            capture.lostWaits += 1
            return capture.lostWaits
        }
        return count > Self.lostWaitLimit ? .overflowed(failure("images were lost", status)) : .none
    }

    private static let lostWaitLimit = 3

    /// The next image of the ring; nil if there is none.
    private func nextImage() throws(DeviceError) -> Arrival? {
        let count = try call("dcamcap_transferinfo") { handle throws(DCAMStatus) in try library.frameCount(handle) }
        let (last, ring) = capture.withLock { ($0.read, $0.ring) }
        guard count > last, ring > 0 else { return nil }
        // The SDK overwrites the oldest image while it is being copied, so that one is not read either.
        let overwritten = max(0, count - max(1, ring - 1) - last)
        let read = last + overwritten
        let index = read % ring
        let frame = try call("dcambuf_lockframe") { handle throws(DCAMStatus) in try library.lock(index, handle) }
        return try capture.withLock { (capture) throws(DeviceError) -> Arrival in
            capture.read = read + 1
            capture.lostWaits = 0
            let gap = capture.numbers.missing(before: UInt64(frame.number))
            guard let layout = capture.layout, frame.rowBytes == layout.stride, frame.height == layout.height,
                let pixels = BorrowedMemory(address: frame.address, byteCount: layout.stride * layout.height)
            else {
                throw DeviceError(.failed, "\(serialNumber) has sent an image of another size than it reported")
            }
            return Arrival(
                .borrowed(pixels),
                time: capture.hasTimes ? frame.time : nil,
                missed: capture.hasNumbers ? max(gap, overwritten) : overwritten
            )
        }
    }
}

/// The SDK's pixel types that clients can get.
enum DCAMPixelType: Int, Sendable {
    case mono8 = 1
    case mono16 = 2
    case mono12 = 3
    case mono12p = 5

    var format: PixelFormat {
        switch self {
        case .mono8: PixelFormat(.uint8)
        case .mono16: PixelFormat(.uint16)
        case .mono12: PixelFormat(packed: .middleByte)
        case .mono12p: PixelFormat(packed: .lowestFirst)
        }
    }
}

/// The sources of a trigger.
enum DCAMTriggerSource: Double, Sendable {
    case `internal` = 1
    case external = 2
    case software = 3
    case masterPulse = 4
}
