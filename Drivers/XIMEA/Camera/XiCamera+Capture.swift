internal import Devices
internal import Pickle
internal import Platform
internal import SDKCameras

/// The state of an acquisition: buffers that wait for images, and what is known of the images so far.
struct Capture: Sendable {
    /// Buffers in the order in which they are filled; the SDK knows one only during a call.
    var waiting: [FrameBuffer] = []
    var layout: ImageLayout?
    var format = XiFormat.mono16
    var numbers = FrameNumbers(bits: 32)
    var clock = CameraClock()
}

/// The camera's clock, whose origin nobody states, related to the computer's by the images themselves.
///
/// An image cannot arrive before it was taken, so the shortest delay seen so far is nearest to the truth: the error is
/// the time of the fastest transfer.
struct CameraClock: Sendable {
    private var offset: Double?

    /// The time of an image in seconds since 1970.
    mutating func time(ofImageAt ticks: Double, arrivedAt arrival: Double) -> Double {
        let delay = arrival - ticks
        // A larger step back is a clock that was set to zero.
        if let offset, delay - offset < Self.longestDelay { self.offset = min(offset, delay) } else { offset = delay }
        return ticks + (offset ?? delay)
    }

    /// Longer than an image waits in any queue, in seconds.
    private static let longestDelay = 30.0
}

extension XiCamera: SDKCamera {
    var imageLayout: ImageLayout {
        get throws(DeviceError) {
            let number = try int("imgdataformat")
            guard let format = XiFormat(rawValue: number) else {
                throw DeviceError(.unsupported, "cannot read images of imgdataformat \(number) on \(serialNumber)")
            }
            let (width, height) = try (int("width", within: Area.sides), int("height", within: Area.sides))
            let row = format.pixelFormat.rowBytes(width)
            return try ImageLayout(
                width: width,
                height: height,
                format.pixelFormat,
                stride: row,
                // Only an image itself states the padding of its rows.
                byteCount: (row + Self.longestPadding) * height,
                of: serialNumber
            )
        }
    }

    /// Bytes behind a row: rows begin at multiples of a cache line at the most.
    private static let longestPadding = 64

    var triggering: Triggering {
        get throws(DeviceError) {
            switch try int("trigger_source") {
            case XIMEATrigger.Source.off: .freeRunning
            case XIMEATrigger.Source.software: .software
            default: .external
            }
        }
    }

    func imageTime(_ triggering: Triggering) -> Double {
        let exposure = (try? float("exposure")) ?? 0
        let rate = (try? float("framerate:max")) ?? 0
        return exposure / 1e6 + (rate > 0 ? 1 / rate : 0)
    }

    /// The library copies each image straight into a buffer that clients get.
    var queuesBuffers: Bool { true }

    func queue(_ buffer: FrameBuffer) throws(DeviceError) { capture.update { $0.waiting.append(buffer) } }
    func flush() throws(DeviceError) { capture.update { $0.waiting.removeAll() } }

    func start(ring count: Int) throws(DeviceError) {
        let layout = try imageLayout
        let format = XiFormat(rawValue: try int("imgdataformat")) ?? .mono16
        capture.update { capture in
            (capture.layout, capture.format) = (layout, format)
            capture.numbers = FrameNumbers(bits: 32)
        }
        try call("xiStartAcquisition") { handle throws(XiStatus) in try library.start(handle) }
    }

    func stop() throws(DeviceError) {
        try call("xiStopAcquisition") { handle throws(XiStatus) in try library.stop(handle) }
    }

    func sendTrigger() throws(DeviceError) { try write(.int(1), to: "trigger_software") }

    func wait(milliseconds: UInt32) -> WaitResult {
        contact.note("xiGetImage")
        // All buffers are with clients; the SDK keeps the images meanwhile.
        guard let buffer = capture.withLock({ $0.waiting.first }) else {
            Pause.wait(for: .milliseconds(Int(milliseconds)))
            return .none
        }
        let image: XiImage
        do throws(XiStatus) { image = try library.image(handle, to: buffer, milliseconds: milliseconds) } catch {
            switch error {
            case .timedOut: return .none
            case _ where error.isLoss: return .lost(failure("waiting for an image", error))
            default: return .failed(failure("images were lost", error))
            }
        }
        do throws(DeviceError) { return .image(try arrival(of: image, in: buffer)) } catch { return .failed(error) }
    }

    private func arrival(of image: XiImage, in buffer: FrameBuffer) throws(DeviceError) -> Arrival {
        let now = Timestamp.now
        return try capture.withLock { (capture) throws(DeviceError) -> Arrival in
            guard let layout = capture.layout, image.width == layout.width, image.height == layout.height,
                image.format == capture.format.rawValue, (0...Self.longestPadding).contains(image.padding)
            else {
                throw DeviceError(
                    .failed,
                    """
                    \(serialNumber) has sent an image of \(image.width)x\(image.height) pixels in format \(image.format) \
                    with \(image.padding) bytes between rows, which is not what it reported
                    """
                )
            }
            capture.waiting.removeFirst()
            buffer.removePadding(image.padding, rowBytes: layout.stride, rows: layout.height)
            return Arrival(
                .queued(address: buffer.address),
                time: capture.clock.time(ofImageAt: image.time, arrivedAt: now),
                missed: capture.numbers.missing(before: UInt64(image.number))
            )
        }
    }
}

/// The formats of pixels that clients can get: the values of `imgdataformat`.
enum XiFormat: Int, Sendable, CaseIterable {
    case mono8 = 0
    case mono16 = 1
    case raw8 = 5
    case raw16 = 6

    var label: String {
        switch self {
        case .mono8: "MONO8"
        case .mono16: "MONO16"
        case .raw8: "RAW8"
        case .raw16: "RAW16"
        }
    }

    var pixelFormat: PixelFormat {
        switch self {
        case .mono8, .raw8: PixelFormat(.uint8)
        case .mono16, .raw16: PixelFormat(.uint16)
        }
    }
}
