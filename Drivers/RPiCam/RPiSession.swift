internal import Devices
internal import Glibc
internal import Pickle
internal import Platform
internal import SDKCameras

/// A camera of a Raspberry Pi, for which a program takes images: a new one after each change.
final class RPiSession: Sendable {
    /// What the command line is made of.
    struct Wishes: Sendable, Equatable {
        var isRaw = false
        var width = 640, height = 480, bits = 12
        /// In seconds, and images in a second.
        var exposure = 0.01, rate = 30.0
        var gain = 1.0, red = 1.0, blue = 1.0
        var roi: ROI?
        var triggering = Triggering.software
        /// The distance of rows in bytes that the program has reported, where it is not the one expected.
        var stride: Int?
    }

    /// A running program and its present image.
    fileprivate struct Run: Sendable {
        let process: RPiProcess
        let memory: RPiMemory
        let wishes: Wishes
        /// The bytes of the present image that have come.
        var count = 0
        var metadata = RPiMetadata()
        /// When the last byte came.
        var completed: ContinuousClock.Instant?
        /// The time of the image before, in seconds of the clock that runs since the computer started.
        var last: Double?
    }

    let program: RPiProgram
    let sensor: RPiSensor
    let contact = Contact("rpicam-vid")
    let wishes: Lock<Wishes>
    private let run = Lock<Run?>(nil)
    private let triggered = Lock(0.0)
    /// The metadata of the latest image.
    let latest = Lock<[String: String]>([:])

    init(_ program: RPiProgram, camera number: Int, _ wishes: Wishes) throws(DeviceError) {
        let cameras = try program.cameras()
        guard let sensor = cameras.first(where: { $0.number == number }) else {
            let others = cameras.map { "\($0.number) (\($0.model))" }.joined(separator: ", ")
            throw DeviceError(
                .initialise,
                "no camera \(number): \(others.isEmpty ? "none is connected" : "there are \(others)")"
            )
        }
        (self.program, self.sensor, self.wishes) = (program, sensor, Lock(wishes))
    }

    private var arguments: [String] {
        let wishes = wishes.withLock { $0 }
        let common = [
            "-n", "-t", "0", "--camera", "\(sensor.number)", "--flush", "-o", "-", "--metadata", "/dev/fd/3",
            "--metadata-format", "json", "--shutter", "\(Self.microseconds(wishes.exposure))", "--gain",
            "\(wishes.gain)", "--awbgains", "\(wishes.red),\(wishes.blue)", "--framerate", "\(rate)",
        ]
        let (width, height) = (wishes.width, wishes.height)
        return common
            + (wishes.isRaw
                ? ["--mode", "\(width):\(height):\(wishes.bits):U"]
                : ["--codec", "yuv420", "--width", "\(width)", "--height", "\(height)", "--denoise", "off"])
    }

    /// Whole microseconds, up to a quarter of an hour.
    static func microseconds(_ seconds: Double) -> Int { Int((min(max(seconds, 1e-6), 900) * 1e6).rounded()) }

    /// Images in a second: fewer for a long exposure.
    var rate: Double {
        let wishes = wishes.withLock { $0 }
        return min(wishes.rate, 1 / max(wishes.exposure, 1e-6))
    }

    /// Rows of raw images are aligned; those of others are not, with a width that is a multiple of 64.
    private static func stride(_ wishes: Wishes) -> Int {
        wishes.isRaw ? wishes.stride ?? (2 * wishes.width + 63) / 64 * 64 : wishes.width
    }

    private static func area(_ wishes: Wishes) -> ROI {
        wishes.roi ?? ROI(left: 0, top: 0, width: wishes.width, height: wishes.height)
    }

    var area: ROI { Self.area(wishes.withLock { $0 }) }

    private func failure(_ text: String) -> DeviceError {
        let isGone = ["no cameras available", "not available"].contains { text.contains($0) }
        return DeviceError(
            .failed,
            "\(program(of: wishes.withLock(\.isRaw))) of \(serialNumber)",
            cause: RPiStatus(text, isGone)
        )
    }

    private func program(of isRaw: Bool) -> String { isRaw ? "rpicam-raw" : "rpicam-vid" }
}

/// The last words of a program that failed.
struct RPiStatus: SDKStatus, Equatable, CustomStringConvertible {
    let description: String
    let isLoss: Bool
    var mayNeedPause: Bool { false }

    init(_ description: String, _ isLoss: Bool) { (self.description, self.isLoss) = (description, isLoss) }
}

extension RPiSession: SDKCamera {
    var serialNumber: String { "\(sensor.model) \(sensor.number)" }

    var imageLayout: ImageLayout {
        get throws(DeviceError) {
            let wishes = wishes.withLock { $0 }
            let (area, stride) = (Self.area(wishes), Self.stride(wishes))
            return try ImageLayout(
                width: area.width,
                height: area.height,
                PixelFormat(wishes.isRaw ? .uint16 : .uint8),
                stride: stride,
                byteCount: stride * area.height,
                of: serialNumber
            )
        }
    }

    var triggering: Triggering { wishes.withLock(\.triggering) }

    /// The pipeline holds a few images.
    func imageTime(_ triggering: Triggering) -> Double { 6 / rate + wishes.withLock(\.exposure) + 2 }

    var queuesBuffers: Bool { false }
    func queue(_ buffer: FrameBuffer) throws(DeviceError) {}
    func flush() throws(DeviceError) {}

    /// Starts the program, and waits until it sends an image or has failed.
    func start(ring count: Int) throws(DeviceError) {
        let wishes = wishes.withLock { $0 }
        let name = program(of: wishes.isRaw)
        contact.note(name)
        let stride = Self.stride(wishes)
        let byteCount = wishes.isRaw ? stride * wishes.height : stride * wishes.height * 3 / 2
        let process = try program.start(wishes.isRaw ? .raw : .video, arguments)
        let end = ContinuousClock.now + .seconds(10 + wishes.exposure)
        while !process.hasImage {
            process.readLog()
            if process.hasNoMore || ContinuousClock.now > end {
                process.end()
                throw contact.noted(failure(process.problem ?? "\(name) sends no image"))
            }
            process.wait(within: .milliseconds(100))
        }
        run.withLock { $0 = Run(process: process, memory: RPiMemory(byteCount: byteCount), wishes: wishes) }
    }

    func stop() throws(DeviceError) {
        let process = run.withLock { (run) -> RPiProcess? in
            defer { run = nil }
            return run?.process
        }
        process?.end()
    }

    /// The camera takes images all the time; the one that is wanted is the next whose first row begins after this.
    func sendTrigger() throws(DeviceError) { triggered.withLock { $0 = Self.bootTime } }

    private static var bootTime: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_BOOTTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    func wait(milliseconds: UInt32) -> WaitResult {
        run.withLock { (run) -> WaitResult in
            guard var present = run else { return .failed(failure("the program does not run")) }
            defer { run = present }
            present.process.wait(within: .milliseconds(Int(milliseconds)), forImages: present.completed == nil)
            present.process.readLog()
            if let stride = present.process.stride, present.wishes.isRaw, stride != Self.stride(present.wishes) {
                wishes.withLock { $0.stride = stride }
                return .failed(failure("its rows have \(stride) bytes, and not \(Self.stride(present.wishes))"))
            }
            present.metadata.take(present.process.newMetadata())
            guard present.readImage() else {
                let error = contact.noted(failure(present.process.problem ?? "the program has ended"))
                return error.isLoss ? .lost(error) : .failed(error)
            }
            guard let completed = present.completed else { return .none }
            // What the program says of an image comes shortly after it.
            guard present.metadata.isReady || ContinuousClock.now - completed > .milliseconds(200) else { return .none }
            return arrival(of: &present).map { .image($0) } ?? .none
        }
    }

    /// The image that is complete; nil if it began before the trigger.
    private func arrival(of run: inout Run) -> Arrival? {
        let values = run.metadata.next()
        (run.count, run.completed) = (0, nil)
        latest.withLock { $0 = values }
        let now = Self.bootTime
        let begin = values["SensorTimestamp"].flatMap(Double.init).map { $0 / 1e9 } ?? now - run.wishes.exposure
        let duration = values["FrameDuration"].flatMap(Double.init).map { $0 / 1e6 } ?? 0
        // The programs give no numbers, so gaps in time are counted.
        let steps = run.last.map { duration > 0 ? ((begin - $0) / duration).rounded() : 1 } ?? 1
        run.last = begin
        let isFree = run.wishes.triggering == .freeRunning
        guard isFree || begin >= triggered.withLock({ $0 }) else { return nil }
        let area = Self.area(run.wishes)
        let (stride, size) = (Self.stride(run.wishes), run.wishes.isRaw ? 2 : 1)
        guard let pixels = run.memory.part(from: area.top * stride + area.left * size) else { return nil }
        let missed = isFree && steps > 1 && steps < 1e9 ? Int(steps) - 1 : 0
        return Arrival(.borrowed(pixels), time: Timestamp.now - (now - begin), missed: missed)
    }

    /// Only the program knows, and it says so when it runs.
    var isThere: Bool { true }

    func close() { try? stop() }

    func reopen() throws {
        close()
        _ = contact.takeLoss()
        guard try program.cameras().contains(where: { $0.path == sensor.path }) else {
            throw failure("no cameras available")
        }
    }

    /// Ends the program as if it had failed, for tests.
    func endProgram() { run.withLock { $0?.process }?.interrupt() }

    /// Everything is on the command line.
    func restore(report: (any Error) -> Void) throws(DeviceError) {}
    func releaseLibrary() {}
}

extension RPiSession.Run {
    /// Reads what has come of the image; false if the program has ended.
    fileprivate mutating func readImage() -> Bool {
        while completed == nil {
            guard let count = memory.read(from: process, at: count) else { return false }
            guard count > 0 else { return true }
            self.count += count
            if self.count == memory.byteCount { completed = .now }
        }
        return true
    }
}

extension RPiProcess {
    /// Whether bytes of an image wait to be read.
    fileprivate var hasImage: Bool { pending(images) & POLLIN != 0 }
    /// Whether the program has ended without an image.
    fileprivate var hasNoMore: Bool { pending(images) & POLLHUP != 0 && !hasImage }

    private func pending(_ file: Int32) -> Int32 {
        var wanted = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
        unsafe poll(&wanted, 1, 0)
        return Int32(wanted.revents)
    }

    /// What has come of metadata.
    fileprivate func newMetadata() -> [UInt8] {
        var (bytes, room) = ([UInt8](), [UInt8](repeating: 0, count: 4096))
        while let count = unsafe room.withUnsafeMutableBytes({ unsafe read(metadata, into: $0) }), count > 0 {
            bytes += room.prefix(count)
        }
        return bytes
    }
}

/// Memory for one image of the program.
// Unchecked: the thread that waits for images uses it.
@safe private final class RPiMemory: @unchecked Sendable {
    private let bytes: UnsafeMutableRawBufferPointer

    init(byteCount: Int) { unsafe bytes = .allocate(byteCount: max(byteCount, 1), alignment: 4096) }

    deinit { unsafe bytes.deallocate() }

    var byteCount: Int { unsafe bytes.count }

    /// Reads what has come behind the first bytes; nil at the end.
    func read(from process: RPiProcess, at start: Int) -> Int? {
        unsafe process.read(process.images, into: UnsafeMutableRawBufferPointer(rebasing: bytes[start...]))
    }

    func part(from start: Int) -> BorrowedMemory? {
        guard start >= 0, start < byteCount else { return nil }
        return unsafe BorrowedMemory(UnsafeRawBufferPointer(rebasing: bytes[start...]))
    }
}
