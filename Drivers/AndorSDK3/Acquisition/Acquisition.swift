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

    /// When a lost camera is looked for, and whether it then goes on.
    struct Loss: Sendable {
        var wasRunning: Bool
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
        var isInterrupted = false
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
        _ gate: Gate,
        _ options: AcquisitionOptions,
        log: DeviceLog
    ) {
        (self.camera, self.gate, self.options, self.log) = (camera, gate, options, log)
        state = Monitor(State(bufferCount: options.bufferCount))
    }

    var counts: AcquisitionCounts { state.withLock(\.counts) }

    var isRunning: Bool {
        if case .running = state.withLock(\.phase) { true } else { false }
    }

    /// Whether it runs, or will when the camera is back.
    var isWanted: Bool {
        switch state.withLock(\.phase) {
        case .idle: false
        case .running: true
        case .lost(let loss): loss.wasRunning
        }
    }

    var bufferCount: Int {
        get { state.withLock(\.bufferCount) }
        set { state.withLock { $0.bufferCount = newValue } }
    }

    /// Takes images from now on.
    func start() throws {
        try gate.call {
            guard !isRunning else { return }
            // A lost camera may be back, which nobody has looked for while it was not in use.
            if case .lost = state.withLock(\.phase) { try bringBack() }
            guard !isRunning else { return }
            do { try begin() } catch let error as DeviceError where error.isLoss {
                try camera.reopen()
                camera.restore { log.warning("not as before: \($0)") }
                try begin()
            }
        }
    }

    /// Takes no more images, and forgets triggers and images that nobody has fetched.
    func stop() throws {
        try gate.call {
            state.update { state in
                state.triggers.removeAll()
                guard case .lost(var loss) = state.phase else { return }
                loss.wasRunning = false
                state.phase = .lost(loss)
            }
            try end()
        }
    }

    /// Does what the camera only lets be done while it takes no images, and goes on as before even if that fails.
    func whilePaused<Result>(_ change: () throws -> Result) throws -> Result {
        try gate.call {
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

    /// Sends a trigger, or lets it wait for the image of the one before.
    func trigger() throws {
        try gate.call {
            guard case .running(let run) = state.withLock(\.phase) else {
                throw DeviceError(.disabled, "\(camera.serialNumber) takes no images now")
            }
            guard run.mode == .software else {
                throw DeviceError(.incompatibleState, "\(camera.serialNumber) is not in trigger mode Software")
            }
            state.update { $0.triggers.add() }
            try sendTrigger()
        }
    }

    /// Sends the next trigger if the camera is free for it.
    func sendTrigger() throws {
        guard state.withLock(\.triggers.isDue) else { return }
        do { try camera.perform("SoftwareTrigger") } catch {
            state.update { $0.triggers.add(-1) }
            throw error
        }
        state.update { state in
            state.triggers.noteSent(at: .now)
            state.await(from: .now)
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
