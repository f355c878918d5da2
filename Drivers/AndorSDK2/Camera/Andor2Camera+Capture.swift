internal import Devices
internal import Pickle
internal import Platform
internal import SDKCameras

/// The state of an acquisition: buffers that wait for images, and the images that have been read.
struct Capture: Sendable {
    /// The addresses of the acquisition's buffers, in the order in which they are filled.
    var free: [UInt] = []
    /// The number of the last image that was read, from one; the library counts anew at each start.
    var read = 0
    var isRunning = false
    var isSingle = false
    /// The number of pixels of an image.
    var pixels = 0
    /// The time of the start in seconds since 1970, and whether images have times of their own.
    var startTime = 0.0
    var hasTimes = false
}

extension Andor2Camera: SDKCamera {
    var imageLayout: ImageLayout {
        get throws(DeviceError) {
            let (width, height) = plan.withLock { $0.size }
            return try ImageLayout(
                width: width,
                height: height,
                PixelFormat(.uint16),
                stride: width * 2,
                byteCount: width * height * 2,
                of: serialNumber
            )
        }
    }

    var triggering: Triggering {
        get throws(DeviceError) {
            let exposing = plan.withLock { $0.exposing }
            if exposing.isSingle || exposing.mode == Exposing.Mode.software { return .software }
            return exposing.mode == Exposing.Mode.internal ? .freeRunning : .external
        }
    }

    func imageTime(_ triggering: Triggering) -> Double {
        let times = timings.withLock { $0 }
        // The first images of a series with frame transfer take two exposures.
        return max(times.period, times.exposure + times.readout) + times.exposure
    }

    // The library has a ring, but it copies each image itself: into our buffers, so that it is copied once.
    var queuesBuffers: Bool { true }

    func queue(_ buffer: FrameBuffer) throws(DeviceError) { capture.update { $0.free.append(buffer.address) } }
    func flush() throws(DeviceError) { capture.update { $0.free.removeAll() } }

    func start(ring count: Int) throws(DeviceError) {
        try setUp()
        let plan = plan.withLock { $0 }
        try setShutter(plan, isAcquiring: true)
        if !plan.exposing.isSingle { try call("StartAcquisition") { $0.start() } }
        let size = plan.size
        capture.update { capture in
            (capture.read, capture.isRunning, capture.isSingle) = (0, true, plan.exposing.isSingle)
            capture.pixels = size.width * size.height
            capture.startTime = Timestamp.now
            capture.hasTimes = plan.hasMetadata && capabilities.hasMetadata
        }
    }

    func stop() throws(DeviceError) {
        capture.update { $0.isRunning = false }
        do throws(DeviceError) { try call("AbortAcquisition") { $0.abort() } } catch {
            // A series of one image has ended by itself.
            guard error.cause as? Andor2Status == .idle else { throw error }
        }
        try awaitIdle()
        try setShutter(plan.withLock { $0 }, isAcquiring: false)
    }

    /// Waits until the camera takes settings again, which it does not do at once after an abort.
    private func awaitIdle() throws(DeviceError) {
        let end = ContinuousClock.now + .seconds(2)
        while true {
            let status = try status()
            guard status == .acquiring || status == .temperatureCycle, .now < end else { return }
            Pause.wait(for: .milliseconds(2))
        }
    }

    private func status() throws(DeviceError) -> Andor2Status {
        let value = try read("GetStatus") { handle throws(Andor2Status) in
            unsafe try library.int(handle) { unsafe $0.status }
        }
        let status = Andor2Status(UInt32(clamping: value))
        if status.isLoss { throw contact.noted(failure("GetStatus", status)) }
        return status
    }

    func sendTrigger() throws(DeviceError) {
        guard capture.withLock({ $0.isSingle }) else {
            return try call("SendSoftwareTrigger") { $0.sendTrigger() }
        }
        capture.update { $0.read = 0 }
        capture.update { $0.startTime = Timestamp.now }
        try call("StartAcquisition") { $0.start() }
    }

    func wait(milliseconds: UInt32) -> WaitResult {
        contact.note("WaitForAcquisition")
        do throws(DeviceError) {
            if let arrival = try nextImage() { return .image(arrival) }
            do throws(Andor2Status) { try library.wait(handle, milliseconds: milliseconds) } catch {
                guard error == .noNewData else { throw contact.noted(failure("waiting for an image", error)) }
            }
            if let arrival = try nextImage() { return .image(arrival) }
            return try resultWithoutImage()
        } catch {
            return error.isLoss ? .lost(error) : .failed(error)
        }
    }

    /// The library reports an unplugged camera, and one that has stopped, as one that waits for a trigger.
    private func resultWithoutImage() throws(DeviceError) -> WaitResult {
        let isIdle = try status() == .idle
        let capture = capture.withLock { $0 }
        if isIdle, capture.isRunning, !capture.isSingle {
            return .failed(DeviceError(.failed, "\(serialNumber) has stopped taking images"))
        }
        // The wait for a camera that is idle returns at once.
        if isIdle { Pause.wait(for: .milliseconds(1)) }
        return .none
    }

    /// Copies the next image into the first waiting buffer; returns nil without an image or a buffer.
    private func nextImage() throws(DeviceError) -> Arrival? {
        let capture = capture.withLock { $0 }
        guard let address = capture.free.first else { return nil }
        var attempts = 3
        while true {
            let numbers = try read("GetNumberNewImages") { handle throws(Andor2Status) in
                try library.newImages(handle)
            }
            guard let number = numbers?.lowerBound else { return nil }
            do throws(DeviceError) {
                try read("GetImages16(\(number))") { handle throws(Andor2Status) in
                    try library.copy(number, handle, to: address, pixels: capture.pixels)
                }
            } catch {
                attempts -= 1
                // The library has overwritten it meanwhile: the oldest one is another.
                guard error.cause as? Andor2Status == .generalError, attempts > 0 else { throw error }
                continue
            }
            self.capture.update { state in
                state.free.removeFirst()
                state.read = number
            }
            return Arrival(
                .queued(address: address),
                time: time(of: number, capture),
                missed: max(0, number - capture.read - 1)
            )
        }
    }

    /// The start of the exposure in seconds since 1970, if the camera states it.
    private func time(of number: Int, _ capture: Capture) -> Double? {
        guard capture.hasTimes, let offset = try? library.imageTime(number, handle), offset.isFinite, offset >= 0
        else { return nil }
        let time = capture.startTime + offset
        return time <= Timestamp.now + 0.1 ? time : nil
    }
}
