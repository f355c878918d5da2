internal import Devices
internal import Platform

/// The acquisition of one camera: buffers to the SDK and back, triggers, and recovery from errors.
final class Acquisition: DataSource {
    typealias Instant = ContinuousClock.Instant

    /// A running acquisition, with what was read when it started.
    struct Run: Sendable {
        let layout: ImageLayout
        let pool: BufferPool
        /// Nil for a mode that clients have no name for.
        let mode: AndorTriggerMode?
        var clock: HardwareClock?
        /// The longest time that an image may take; nil if that depends on an external trigger.
        var longestWait: Duration?
        /// The time since which the next image is awaited.
        var since: Instant
    }

    /// The loss of a camera: its reason, and the time of the next attempt to reconnect.
    struct Loss: Sendable {
        let reason: DeviceError
        var delay: Duration
        var nextTry: Instant
    }

    enum Phase: Sendable {
        case idle
        case running(Run)
        case lost(Loss)
    }

    struct State: Sendable {
        var phase = Phase.idle
        var triggers = TriggerQueue()
        /// Whether the acquisition resumes when a lost camera is back.
        var isWanted = false
        /// Whether the camera has been closed for good.
        var isClosed = false
        var isInterrupted = false
        /// Errors that clients get in place of images.
        var failures: [DeviceError] = []
        var counts = AcquisitionCounts()
        /// The number of buffers in the SDK's queue.
        var bufferCount: Int
        /// Consecutive restarts without an image.
        var vainRestarts = 0
        /// The buffers of the last run, reused if the next one needs the same size.
        var pool: BufferPool?
    }

    let camera: AndorCamera
    let gate: Gate
    let state: Lock<State>
    let options: AcquisitionOptions
    /// Memory for copied images.
    let copies = FramePool()
    let log: DeviceLog

    init(
        _ camera: AndorCamera,
        _ options: AcquisitionOptions,
        log: DeviceLog
    ) {
        (self.camera, self.options, self.log) = (camera, options, log)
        let state = Lock(State(bufferCount: options.bufferCount))
        self.state = state
        gate = Gate(patience: options.patience, act: { camera.act }) { event in
            switch event {
            case .hangs(let act, let time):
                log.lost("the SDK hangs: \(act) has not returned for \(time.wholeSeconds)")
            case .isBack(let act, let time):
                log.info("the SDK responds again: \(act) returned after \(time.wholeSeconds)")
                // The call may have returned with the news that the camera is lost.
                log.report(state.withLock(\.loss).map { "\(camera.lossError($0.reason))" })
            }
        }
    }

    deinit { state.update { $0.isClosed = true } }

    var counts: AcquisitionCounts { state.withLock(\.counts) }

    var isRunning: Bool {
        if case .running = state.withLock(\.phase) { true } else { false }
    }

    var isLost: Bool { state.withLock(\.loss) != nil }

    var bufferCount: Int {
        get { state.withLock(\.bufferCount) }
        set { state.withLock { $0.bufferCount = newValue } }
    }

    /// Makes a call while nobody else does; throws at once while the camera is lost.
    func call<Result>(_ body: () throws -> Result) throws -> Result {
        try enter {
            if let loss = state.withLock(\.loss) { throw camera.lossError(loss.reason) }
            return try body()
        }
    }

    /// Passes the gate, and checks for the loss of the camera afterwards.
    private func enter<Result>(_ body: () throws -> Result) throws -> Result {
        try gate.call {
            defer { if gate.isOutermost { noticeLoss() } }
            return try body()
        }
    }

    /// Starts the acquisition.
    func start() throws {
        try enter {
            // The camera may have been lost without anyone noticing.
            if isRunning, !camera.isThere { noticeLoss() }
            guard !isRunning else { return }
            state.withLock { state in
                state.isWanted = true
                state.failures.removeAll()
            }
            do { try beginOrBringBack() } catch {
                state.withLock { $0.isWanted = false }
                throw error
            }
        }
    }

    private func beginOrBringBack() throws {
        guard !isLost else { return try bringBack() }
        do { try begin() } catch let error as DeviceError where error.isLoss {
            noticeLoss()
            guard isLost else { throw error }
            // It may have been plugged in again.
            try bringBack()
        }
    }

    /// Stops the acquisition and drops queued triggers and images that nobody has fetched.
    func stop() throws {
        try enter {
            state.update { state in
                state.isWanted = false
                state.triggers.removeAll()
                state.failures.removeAll()
            }
            do { try end() } catch let error as DeviceError where error.isLoss {
                noticeLoss()
                // A lost camera acquires nothing, and will not when it is back.
                guard isLost else { throw error }
            }
        }
    }

    /// Closes the camera for good.
    func close() throws {
        state.update { $0.isClosed = true }
        try gate.call {
            camera.close()
            camera.sdk.finalise()
        }
    }

    /// Makes a change that the camera allows only while it is idle, then resumes the acquisition even if the change
    /// failed.
    func whilePaused<Result>(_ change: () throws -> Result) throws -> Result {
        try call {
            guard isRunning else { return try change() }
            state.update { $0.triggers.takeBack() }
            try end()
            let result = Swift.Result { try change() }
            do { try begin() } catch {
                // The error of the change comes first.
                _ = try result.get()
                throw error
            }
            return try result.get()
        }
    }

    /// Updates the time limit for images after a change of the exposure time.
    func exposureHasChanged() {
        guard case .running(let run) = state.withLock(\.phase) else { return }
        let longest = longestWait(run.mode)
        state.update { state in
            guard case .running(var run) = state.phase else { return }
            run.longestWait = longest
            state.phase = .running(run)
            state.await(from: .now)
        }
    }
}

extension Acquisition.State {
    /// The loss, if the camera is lost.
    var loss: Acquisition.Loss? {
        if case .lost(let loss) = phase { loss } else { nil }
    }

    /// Notes an error that clients get in place of an image; drops the oldest of too many that nobody has read.
    mutating func report(_ error: DeviceError) {
        if failures.count == Self.failureLimit { failures.removeFirst() }
        failures.append(error)
    }

    private static let failureLimit = 32

    /// Starts the time limit for the next image.
    mutating func await(from now: ContinuousClock.Instant) {
        guard case .running(var run) = phase else { return }
        run.since = now
        phase = .running(run)
    }
}

extension DeviceError {
    /// Whether the error means that the camera cannot be reached.
    var isLoss: Bool { (cause as? AndorStatus)?.isLoss ?? false }
}

extension Duration {
    /// As shown in the log: `12 s`.
    fileprivate var wholeSeconds: String { "\(components.seconds) s" }
}

/// The parameters of an acquisition that do not depend on the camera's settings.
struct AcquisitionOptions: Sendable {
    /// The number of buffers in the SDK's queue.
    var bufferCount = 16
    /// The number of further buffers that clients may hold before images are copied.
    var lentCount = 16
    /// The longest single wait in the SDK.
    ///
    /// Calls have to wait for its end.
    var slice = Duration.milliseconds(10)
    /// The time that an image may take beyond its expected duration.
    var margin = Duration.seconds(2)
    /// The time after which a call that waits for the SDK fails.
    var patience = Duration.seconds(10)
    /// The interval at which an idle camera is checked.
    var watchPause = Duration.seconds(2)
    /// The delay before the first attempt to reconnect, and the longest delay between two attempts.
    var firstTry = Duration.milliseconds(500)
    var longestDelay = Duration.seconds(10)
    /// The number of consecutive restarts without an image after which the camera is reopened.
    var restartLimit = 5
}

/// Counts of what went wrong since the camera was opened.
struct AcquisitionCounts: Sendable, Equatable {
    /// Overflows of the camera's memory.
    var overflows = 0
    /// Images that did not arrive in time.
    var timeouts = 0
    /// Restarts of the acquisition after an error.
    var restarts = 0
    /// Losses of the camera.
    var losses = 0
    /// Images copied because clients held all buffers.
    var copies = 0
}

extension Acquisition {
    /// Makes a change, pausing the acquisition if the camera refuses the change while it runs.
    func change<Result>(pausing needsPause: Bool, _ body: (AndorCamera) throws -> Result) throws -> Result {
        try call {
            guard isRunning else { return try body(camera) }
            guard !needsPause else { return try whilePaused { try body(camera) } }
            defer { exposureHasChanged() }
            do { return try body(camera) } catch let error as DeviceError where error.mayNeedPause {
                // Some features can be written while acquiring only in some modes, or only in part of their range.
                return try whilePaused { try body(camera) }
            }
        }
    }
}

extension DeviceError {
    fileprivate var mayNeedPause: Bool {
        let status = cause as? AndorStatus
        return status == .notWritable || status == .outOfRange
    }
}
