internal import Devices

/// The sensor of a simulated camera, with the images that it has taken.
final class SimulatedSensor: DataSource {
    private let state: TimedState<State>

    private struct State: Sendable {
        var settings: SensorSettings
        var exposures = ExposureQueue()
        /// How many images there were since the start.
        var imageCount = 0
    }

    /// An image that was taken and is not made yet.
    private struct Shot {
        let exposure: ExposureQueue.Exposure
        let settings: SensorSettings
        let number: Int
    }

    init(_ settings: SensorSettings) { state = TimedState(State(settings: settings)) }

    /// What the next image is taken with.
    var settings: SensorSettings {
        get { state.read(\.settings) }
        set { state.update { state, _ in state.settings = newValue } }
    }

    func start() {
        state.update { state, _ in
            state.exposures.start()
            state.imageCount = 0
        }
    }

    func stop() { state.update { $0.exposures.stop(at: $1) } }

    func trigger(showing subject: any Subject) {
        state.update { $0.exposures.trigger(subject, at: $1, $0.settings.timing) }
    }

    func next(within limit: Duration) throws -> Datum? {
        guard let shot = try state.next(within: limit, Self.fetch)?.get() else { return nil }
        let image = shot.exposure.subject.image(shot.settings, number: shot.number)
        return Datum(image, at: Timestamp.of(shot.exposure.end))
    }

    func interrupt() { state.interrupt() }

    private static func fetch(
        _ state: inout State,
        now: ContinuousClock.Instant
    ) -> Readiness<Result<Shot, DeviceError>> {
        guard let exposure = state.exposures.fetch(at: now, state.settings.timing) else {
            return state.exposures.nextIsRead.map { .notBefore($0) } ?? .notYet
        }
        guard .random(in: 0..<100) >= state.settings.errorPercent else {
            return .found(.failure(DeviceError(.failed, "Exception raised in SimulatedCamera._fetch_data")))
        }
        defer { state.imageCount += 1 }
        return .found(.success(Shot(exposure: exposure, settings: state.settings, number: state.imageCount)))
    }
}

/// What a simulated sensor is set to.
struct SensorSettings: Sendable {
    let shape: SensorShape
    var roi: ROI
    var binning = Binning.none
    /// Seconds of light.
    var exposureTime = 0.1
    /// Seconds that a whole sensor takes to be read; a ROI takes its share of them, by its rows.
    let fullReadoutTime: Double
    /// Whether times pass, or are only told to clients.
    let isRealistic: Bool
    var style = ImageStyle()
    /// How many of a hundred images fail.
    var errorPercent = 0

    var readoutTime: Double { fullReadoutTime * Double(roi.height) / Double(shape.height) }

    /// How long an image takes.
    var timing: ExposureQueue.Timing {
        guard isRealistic else { return ExposureQueue.Timing(exposure: .zero, readout: .zero) }
        return ExposureQueue.Timing(exposure: .seconds(exposureTime), readout: .seconds(readoutTime))
    }
}

/// What is before a simulated sensor when a trigger comes, as plain values: its image is made on another thread, later.
protocol Subject: Sendable {
    /// The image as the settings by the end of its exposure have it.
    ///
    /// - Parameter number: of the image since the start, from 0.
    func image(_ settings: SensorSettings, number: Int) -> Frame
}

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
