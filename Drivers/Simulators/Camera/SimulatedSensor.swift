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
    ) -> Search<Result<Shot, DeviceError>> {
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
