public import Devices
internal import Platform

/// The acquisition of one camera: buffers to the SDK and back, triggers, and recovery from errors.
public final class Acquisition<Camera: SDKCamera>: DataSource {
    typealias Instant = ContinuousClock.Instant

    public let camera: Camera
    let gate: Gate
    let state: Lock<AcquisitionState>
    let options: AcquisitionOptions
    /// Memory for copied images.
    let copies = FramePool()
    let log: DeviceLog

    /// An idle acquisition; see ``beginWatch()``.
    public init(_ camera: Camera, _ options: AcquisitionOptions, log: DeviceLog) {
        (self.camera, self.options, self.log) = (camera, options, log)
        let state = Lock(AcquisitionState(bufferCount: options.bufferCount))
        self.state = state
        gate = Gate(patience: options.patience, act: { "\(camera.contact.act) on \(camera.serialNumber)" }) { event in
            switch event {
            case .hangs(let act, let time):
                log.lost("the SDK hangs: \(act) has not returned for \(time.wholeSeconds)")
            case .isBack(let act, let time):
                log.info("the SDK responds again: \(act) returned after \(time.wholeSeconds)")
                // The call may have returned with the news that the camera is lost.
                log.report(state.withLock(\.loss).map { "\(Self.lossError($0.reason, camera))" })
            }
        }
    }

    deinit { state.update { $0.isClosed = true } }

    public var counts: AcquisitionCounts { state.withLock(\.counts) }
    /// Software triggers whose images have not arrived.
    public var pendingExposures: Int { state.withLock(\.triggers.count) }

    public var isRunning: Bool {
        if case .running = state.withLock(\.phase) { true } else { false }
    }

    var isLost: Bool { state.withLock(\.loss) != nil }
    /// Whether the camera has been closed for good.
    public var isClosed: Bool { state.withLock(\.isClosed) }

    /// The number of buffers in the SDK's queue, or of images in its ring; applies from the next start.
    public var bufferCount: Int {
        get { state.withLock(\.bufferCount) }
        set { state.withLock { $0.bufferCount = newValue } }
    }

    /// Images that were lost without an error.
    public var lost: Int { counts.missed }
    public var lostInCamera: Int { counts.missed }

    /// The error that callers get while the camera is lost.
    private static func lossError(_ reason: DeviceError, _ camera: Camera) -> DeviceError {
        DeviceError(
            .failed,
            "lost contact with \(camera.serialNumber), reconnecting: \(reason.message)",
            cause: reason.cause
        )
    }

    /// Makes a call while nobody else does; throws at once while the camera is lost.
    public func call<Result>(_ body: () throws -> Result) throws -> Result {
        try enter {
            if let loss = state.withLock(\.loss) { throw Self.lossError(loss.reason, camera) }
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
    public func start() throws {
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
    public func stop() throws {
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
    public func close() throws {
        state.update { $0.isClosed = true }
        try gate.call {
            camera.close()
            camera.releaseLibrary()
        }
    }

    /// Makes a change that the camera allows only while it is idle, then resumes the acquisition even if the change
    /// failed.
    public func whilePaused<Result>(_ change: () throws -> Result) throws -> Result {
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
    public func exposureHasChanged() {
        guard case .running(let run) = state.withLock(\.phase) else { return }
        let longest = longestWait(run.triggering)
        state.update { state in
            guard case .running(var run) = state.phase else { return }
            run.longestWait = longest
            state.phase = .running(run)
            state.await(from: .now)
        }
    }
}

extension Acquisition {
    /// Makes a change, pausing the acquisition if the camera refuses the change while it runs.
    public func change<Result>(pausing needsPause: Bool, _ body: (Camera) throws -> Result) throws -> Result {
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

extension Duration {
    /// As shown in the log: `12 s`.
    fileprivate var wholeSeconds: String { "\(components.seconds) s" }
}
