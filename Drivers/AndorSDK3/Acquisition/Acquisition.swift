internal import Devices
internal import Threads

/// The images of one camera: buffers to the SDK and back, triggers, and what to do when something goes wrong.
final class Acquisition: DataSource {
    typealias Instant = ContinuousClock.Instant

    /// Images on their way, with what their start has found out.
    struct Run: Sendable {
        let layout: ImageLayout
        let pool: BufferPool
        /// Nil for a mode that clients have no words for.
        let mode: AndorTriggerMode?
        var clock: HardwareClock?
        /// How long an image may take; nil if that is up to whoever triggers.
        var longestWait: Duration?
        /// Since when the next image is awaited.
        var since: Instant
    }

    /// Why a camera is lost, and when it is looked for.
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
        /// Whether images are wanted: they go on when a lost camera is back.
        var isWanted = false
        /// Whether the camera has been given up for good.
        var isClosed = false
        var isInterrupted = false
        /// What clients have to know in place of images.
        var failures: [DeviceError] = []
        var counts = AcquisitionCounts()
        /// How many buffers the SDK is given.
        var bufferCount: Int
        /// Starts in a row that gave no image.
        var vainRestarts = 0
        /// The buffers of the last run, for the next one if that needs the same.
        var pool: BufferPool?
    }

    let camera: AndorCamera
    let gate: Gate
    let state: Monitor<State>
    let options: AcquisitionOptions
    /// Memory for images that are copied.
    let copies = FramePool()
    let log: DeviceLog

    init(
        _ camera: AndorCamera,
        _ options: AcquisitionOptions,
        log: DeviceLog
    ) {
        (self.camera, self.options, self.log) = (camera, options, log)
        let state = Monitor(State(bufferCount: options.bufferCount))
        self.state = state
        gate = Gate(patience: options.patience, act: { camera.act }) { event in
            switch event {
            case .hangs(let act, let time):
                log.lost("the SDK hangs: it has not come back from \(act) for \(time.wholeSeconds)")
            case .isBack(let act, let time):
                log.info("the SDK has come back from \(act) after \(time.wholeSeconds)")
                // It may have come back with bad news.
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

    /// Makes a call while nobody else does; throws at once as long as the camera is lost.
    func call<Result>(_ body: () throws -> Result) throws -> Result {
        try enter {
            if let loss = state.withLock(\.loss) { throw camera.lossError(loss.reason) }
            return try body()
        }
    }

    /// Passes the gate, and gives the camera up if it turns out to be lost.
    private func enter<Result>(_ body: () throws -> Result) throws -> Result {
        try gate.call {
            defer { if gate.isOutermost { noticeLoss() } }
            return try body()
        }
    }

    /// Takes images from now on.
    func start() throws {
        try enter {
            // Should it be lost, that may be news.
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
            // It may be plugged in again already.
            try bringBack()
        }
    }

    /// Takes no more images, and forgets triggers and images that nobody has fetched.
    func stop() throws {
        try enter {
            state.update { state in
                state.isWanted = false
                state.triggers.removeAll()
                state.failures.removeAll()
            }
            do { try end() } catch let error as DeviceError where error.isLoss {
                noticeLoss()
                // What is lost takes no images, and will take none when it is back.
                guard isLost else { throw error }
            }
        }
    }

    /// Gives the camera up for good.
    func close() throws {
        state.update { $0.isClosed = true }
        try gate.call {
            camera.close()
            camera.sdk.finalise()
        }
    }

    /// Does what the camera only lets be done while it takes no images, and goes on as before even if that fails.
    func whilePaused<Result>(_ change: () throws -> Result) throws -> Result {
        try call {
            guard isRunning else { return try change() }
            state.update { $0.triggers.takeBack() }
            try end()
            let result = Swift.Result { try change() }
            do { try begin() } catch {
                // What the change has met first is what the client has to know.
                _ = try result.get()
                throw error
            }
            return try result.get()
        }
    }

    /// Reckons anew how long images may take, after a change of the exposure time.
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
    /// Why the camera is lost, if it is.
    var loss: Acquisition.Loss? {
        if case .lost(let loss) = phase { loss } else { nil }
    }

    /// Lets the time for the next image begin.
    mutating func await(from now: ContinuousClock.Instant) {
        guard case .running(var run) = phase else { return }
        run.since = now
        phase = .running(run)
    }
}

extension DeviceError {
    /// Whether it means that the camera cannot be reached.
    var isLoss: Bool { (cause as? AndorStatus)?.isLoss ?? false }
}

extension Duration {
    /// For people: `12 s`.
    fileprivate var wholeSeconds: String { "\(components.seconds) s" }
}

/// What an acquisition goes by, whatever the camera is set to.
struct AcquisitionOptions: Sendable {
    /// How many buffers the SDK has to fill.
    var bufferCount = 16
    /// How many more there may be with clients before images are copied.
    var lentCount = 16
    /// The longest single wait in the SDK, during which calls have to wait as well.
    var slice = Duration.milliseconds(10)
    /// How much longer than reckoned an image may take.
    var margin = Duration.seconds(2)
    /// How long the SDK may keep a call waiting, which then fails.
    var patience = Duration.seconds(10)
    /// How long a camera that nobody uses is left alone before it is asked whether it is still there.
    var watchPause = Duration.seconds(2)
    /// How soon a lost camera is looked for, and the longest time between two looks.
    var firstTry = Duration.milliseconds(500)
    var longestDelay = Duration.seconds(10)
    /// After so many starts without an image the camera is opened anew.
    var restartLimit = 5
}

/// What went wrong since the camera was opened.
struct AcquisitionCounts: Sendable, Equatable {
    /// How often the camera's memory ran over.
    var overflows = 0
    /// How often an image did not come in time.
    var timeouts = 0
    /// How often the acquisition was started again to go on.
    var restarts = 0
    /// How often the camera could not be reached any more.
    var losses = 0
    /// Images that were copied because clients held all buffers.
    var copies = 0
}

extension Acquisition {
    /// Makes a change, with the images paused for it if it cannot be made while they are taken.
    func change<Result>(pausing needsPause: Bool, _ body: (AndorCamera) throws -> Result) throws -> Result {
        try call {
            guard isRunning else { return try body(camera) }
            guard !needsPause else { return try whilePaused { try body(camera) } }
            defer { exposureHasChanged() }
            do { return try body(camera) } catch let error as DeviceError where error.mayNeedPause {
                // Some features can be written during images in some modes, and only part of their range.
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
