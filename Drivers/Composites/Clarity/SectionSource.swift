internal import Devices
internal import Platform

/// The frames of the camera behind a Clarity, converted to the images that clients get.
final class SectionSource: DataSource {
    private let camera: any DataSource
    private let state: Lock<State>

    /// The parameters for the next frame.
    struct State {
        var view: ClarityView
        var calibration: HalfCalibration?
        /// The factor of the reflected half for the disk's current position.
        var weight: Float = 1
        var background: Float = 0
        var offset: Float = 100
        /// Built from the calibration for a binning when the first frame arrives.
        fileprivate var processor: (binning: Binning, processor: SectionProcessor)?
        fileprivate var calibrating: Calibrating?
    }

    /// The next frame is measured instead of being sent.
    fileprivate enum Calibrating {
        case waiting(HalfLayout)
        case done(Result<HalfCalibration, any Error>)
    }

    fileprivate enum Step {
        case passOn
        case measure(HalfLayout)
        case process(HalfCalibration, SectionProcessor?, SectionProcessor.Order, Binning)
        case refuse
    }

    init(_ camera: any DataSource, _ view: ClarityView, _ calibration: HalfCalibration?) {
        self.camera = camera
        state = Lock(State(view: view, calibration: calibration))
    }

    var isOnDemand: Bool { camera.isOnDemand }
    var lost: Int { camera.lost }
    func interrupt() { camera.interrupt() }
    /// A frame is measured or converted here.
    var hangTime: Duration { camera.hangTime + .seconds(30) }

    func read<Value: Sendable>(_ path: KeyPath<State, Value>) -> Value { state.withLock { $0[keyPath: path] } }

    func set<Value: Sendable>(_ path: WritableKeyPath<State, Value>, _ value: Value) {
        state.withLock { $0[keyPath: path] = value }
    }

    func use(_ calibration: HalfCalibration) {
        state.withLock { state in
            state.calibration = calibration
            state.processor = nil
        }
    }

    /// Requests that the next frame is measured.
    func startCalibrating(_ layout: HalfLayout) { state.withLock { $0.calibrating = .waiting(layout) } }

    func stopCalibrating() { state.withLock { $0.calibrating = nil } }

    /// The result of the measurement, once there is one.
    var measured: Result<HalfCalibration, any Error>? {
        state.withLock { if case .done(let result) = $0.calibrating { result } else { nil } }
    }

    func next(within limit: Duration) throws -> Datum? {
        do {
            guard let datum = try camera.next(within: limit) else { return nil }
            guard case .frame(let frame) = datum.content else { return datum }
            switch state.withLock(\.step) {
            case .passOn: return datum
            case .measure(let layout):
                finish(Result { try HalfCalibration(frame, layout) })
                return nil
            case .process(let calibration, let processor, let order, let binning):
                let processor = try processor ?? make(calibration, binning)
                let raw = try RawFrame(frame, halves: processor.size)
                return Datum(processor.image(of: raw, order), at: datum.timestamp)
            case .refuse: throw Self.notCalibrated
            }
        } catch {
            // A camera that fails during a calibration fails the calibration, not somebody's image.
            guard case .measure = state.withLock(\.step) else { throw error }
            finish(.failure(error))
            return nil
        }
    }

    static var notCalibrated: DeviceError {
        DeviceError(
            .incompatibleState,
            "the halves have not been calibrated: call calibrate(), or set the mode to raw"
        )
    }

    private func finish(_ result: Result<HalfCalibration, any Error>) {
        state.withLock { if case .waiting = $0.calibrating { $0.calibrating = .done(result) } }
    }

    private func make(_ calibration: HalfCalibration, _ binning: Binning) throws -> SectionProcessor {
        guard let map = ResamplingMap(calibration.mapping, calibration.layout, binning) else {
            throw DeviceError(.unsupported, "binning \(binning.h)x\(binning.v) leaves too few pixels of the halves")
        }
        let made = SectionProcessor(map, calibration.layout)
        state.withLock { if $0.calibration == calibration { $0.processor = (binning, made) } }
        return made
    }
}

extension SectionSource.State {
    fileprivate var step: SectionSource.Step {
        if case .waiting(let layout) = calibrating { return .measure(layout) }
        guard view.mode.needsCalibration else { return .passOn }
        guard let calibration else { return .refuse }
        let order = SectionProcessor.Order(
            mode: view.mode,
            area: view.area,
            weight: weight,
            background: background,
            offset: offset
        )
        let made = processor.flatMap { $0.binning == view.binning ? $0.processor : nil }
        return .process(calibration, made, order, view.binning)
    }
}
