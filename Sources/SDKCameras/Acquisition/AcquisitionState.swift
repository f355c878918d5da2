internal import Devices

/// The state of an acquisition, which calls, the reading thread and the watch share.
struct AcquisitionState: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// A running acquisition, with what was read when it started.
    struct Run: Sendable {
        let layout: ImageLayout
        let pool: BufferPool
        let triggering: Triggering
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
    /// The number of buffers in the SDK's queue, or of images in its ring.
    var bufferCount: Int
    /// Consecutive restarts without an image.
    var vainRestarts = 0
    /// The buffers of the last run, reused if the next one needs the same size.
    var pool: BufferPool?

    init(bufferCount: Int) { self.bufferCount = bufferCount }

    /// The loss, if the camera is lost.
    var loss: Loss? {
        if case .lost(let loss) = phase { loss } else { nil }
    }

    /// Whether the SDK must be asked for an image.
    var expectsImage: Bool {
        guard case .running(let run) = phase else { return false }
        return run.triggering != .software || triggers.sent != nil
    }

    /// Whether a client may be waiting for an image.
    var isImageAwaited: Bool {
        guard case .running(let run) = phase else { return false }
        return run.triggering != .software || triggers.count > 0
    }

    /// Notes an error that clients get in place of an image; drops the oldest of too many that nobody has read.
    mutating func report(_ error: DeviceError) {
        if failures.count == Self.failureLimit { failures.removeFirst() }
        failures.append(error)
    }

    private static let failureLimit = 32

    /// Starts the time limit for the next image.
    mutating func await(from now: Instant) {
        guard case .running(var run) = phase else { return }
        run.since = now
        phase = .running(run)
    }
}

/// The parameters of an acquisition that do not depend on the camera's settings.
public struct AcquisitionOptions: Sendable {
    /// The number of buffers in the SDK's queue, or of images in its ring.
    public var bufferCount = 16
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

    public init() {}
}

/// Counts of what went wrong since the camera was opened.
public struct AcquisitionCounts: Sendable, Equatable {
    /// Overflows of the camera's memory.
    public var overflows = 0
    /// Images that did not arrive in time.
    public var timeouts = 0
    /// Restarts of the acquisition after an error.
    public var restarts = 0
    /// Losses of the camera.
    public var losses = 0
    /// Images copied because clients held all buffers.
    public var copies = 0
    /// Images that were lost without an error, by their numbers.
    public var missed = 0

    public init(overflows: Int = 0, timeouts: Int = 0, restarts: Int = 0, losses: Int = 0, copies: Int = 0) {
        (self.overflows, self.timeouts, self.restarts) = (overflows, timeouts, restarts)
        (self.losses, self.copies) = (losses, copies)
    }
}
