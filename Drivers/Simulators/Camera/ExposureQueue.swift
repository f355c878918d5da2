/// What a sensor does with its triggers as time passes: one exposure and read-out after the other.
///
/// It looks at no clock, so that it can be told any time.
struct ExposureQueue: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// How long one image takes.
    struct Timing: Sendable {
        var exposure: Duration
        var readout: Duration
    }

    /// One image, from its trigger on.
    struct Exposure: Sendable {
        /// When the light ends.
        let end: Instant
        /// When the pixels are there.
        let isRead: Instant
        /// What its trigger found before the sensor.
        let subject: any Subject

        init(of subject: any Subject, from start: Instant, _ timing: Timing) {
            self.subject = subject
            end = start + timing.exposure
            isRead = end + timing.readout
        }
    }

    private(set) var isAcquiring = false
    /// What the triggers found that wait for the exposure before them.
    private var waiting: [any Subject] = []
    /// What is being taken, or has been and waits to be fetched.
    private var current: Exposure?

    /// Begins without triggers, or goes on with those that wait.
    mutating func start() {
        if !isAcquiring { self = ExposureQueue() }
        isAcquiring = true
    }

    /// Forgets what has not been taken yet.
    mutating func stop(at now: Instant) {
        isAcquiring = false
        waiting = []
        if let exposure = current, exposure.isRead > now { current = nil }
    }

    /// Counts only while acquiring.
    mutating func trigger(_ subject: any Subject, at now: Instant, _ timing: Timing) {
        guard isAcquiring else { return }
        if current == nil {
            current = Exposure(of: subject, from: now, timing)
        } else {
            waiting.append(subject)
        }
    }

    /// When the next image is there; nil without a trigger.
    var nextIsRead: Instant? { current?.isRead }

    /// Gives up the image that is there, and goes on to the next.
    mutating func fetch(at now: Instant, _ timing: Timing) -> Exposure? {
        guard let exposure = current, exposure.isRead <= now else { return nil }
        current = waiting.isEmpty ? nil : Exposure(of: waiting.removeFirst(), from: exposure.isRead, timing)
        return exposure
    }
}
