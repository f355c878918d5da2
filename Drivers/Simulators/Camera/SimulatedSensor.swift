internal import Devices

/// The sensor of a simulated camera, with the images that it has taken.
final class SimulatedSensor: DataSource {
    private let state: TimedState<State>

    private struct State: Sendable {
        var settings: SensorSettings
        var exposures = ExposureQueue()
        /// The number of images since the start.
        var imageCount = 0
    }

    /// An image that has been exposed and is not rendered yet.
    private struct Shot {
        let exposure: ExposureQueue.Exposure
        let settings: SensorSettings
        let number: Int
    }

    init(_ settings: SensorSettings) { state = TimedState(State(settings: settings)) }

    /// The settings for the next image.
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

    func trigger(showing subject: any Subject) throws {
        try state.update { try $0.exposures.trigger(subject, at: $1, $0.settings.timing) }
    }

    var pendingExposures: Int { state.read { $0.exposures.count } }

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

/// The settings of a simulated sensor.
struct SensorSettings: Sendable {
    let shape: SensorShape
    var roi: ROI
    var binning = Binning.none
    /// In seconds.
    var exposureTime = 0.1
    /// The read-out time of the whole sensor in seconds; a ROI takes its share of it by rows.
    let fullReadoutTime: Double
    /// Whether times elapse, or are only reported to clients.
    let isRealistic: Bool
    var style = ImageStyle()
    /// The percentage of images that fail.
    var errorPercent = 0

    var readoutTime: Double { fullReadoutTime * Double(roi.height) / Double(shape.height) }

    /// The time that an image takes.
    var timing: ExposureQueue.Timing {
        guard isRealistic else { return ExposureQueue.Timing(exposure: .zero, readout: .zero) }
        return ExposureQueue.Timing(exposure: .seconds(exposureTime), readout: .seconds(readoutTime))
    }
}

/// The subject in front of a simulated sensor when a trigger comes, as plain values: another thread renders it later.
protocol Subject: Sendable {
    /// The image with the settings at the end of its exposure.
    ///
    /// - Parameter number: the number of the image since the start, from 0.
    func image(_ settings: SensorSettings, number: Int) -> Frame
}

/// The exposures and read-outs that a sensor's triggers start, one after another.
///
/// It reads no clock: the time is passed in.
struct ExposureQueue: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The time that one image takes.
    struct Timing: Sendable {
        var exposure: Duration
        var readout: Duration
    }

    /// One image, from its trigger on.
    struct Exposure: Sendable {
        /// The end of the exposure.
        let end: Instant
        /// The end of the read-out.
        let isRead: Instant
        /// The subject at the time of the trigger.
        let subject: any Subject

        init(of subject: any Subject, from start: Instant, _ timing: Timing) {
            self.subject = subject
            end = start + timing.exposure
            isRead = end + timing.readout
        }
    }

    private(set) var isAcquiring = false
    /// The subjects of triggers that wait for the exposure before them.
    private var waiting: [any Subject] = []
    /// The exposure in progress, or one that waits to be fetched.
    private var current: Exposure?

    /// Starts without triggers, or goes on with those that wait.
    mutating func start() {
        if !isAcquiring { self = ExposureQueue() }
        isAcquiring = true
    }

    /// Drops everything that has not been read out.
    mutating func stop(at now: Instant) {
        isAcquiring = false
        waiting = []
        if let exposure = current, exposure.isRead > now { current = nil }
    }

    /// The most triggers that may wait for exposures before them.
    static let limit = 1000

    /// Has an effect only while acquiring; throws if too many triggers are waiting.
    mutating func trigger(_ subject: any Subject, at now: Instant, _ timing: Timing) throws {
        guard isAcquiring else { return }
        guard current != nil else {
            current = Exposure(of: subject, from: now, timing)
            return
        }
        guard waiting.count < Self.limit else {
            throw DeviceError(.incompatibleState, "\(Self.limit) triggers are waiting for the exposures before them")
        }
        waiting.append(subject)
    }

    /// The exposures that have not been fetched, in progress or waiting.
    var count: Int { isAcquiring ? waiting.count + (current == nil ? 0 : 1) : 0 }

    /// The end of the current read-out; nil without a trigger.
    var nextIsRead: Instant? { current?.isRead }

    /// Takes the finished image and starts the next exposure.
    mutating func fetch(at now: Instant, _ timing: Timing) -> Exposure? {
        guard let exposure = current, exposure.isRead <= now else { return nil }
        current = waiting.isEmpty ? nil : Exposure(of: waiting.removeFirst(), from: exposure.isRead, timing)
        return exposure
    }
}
