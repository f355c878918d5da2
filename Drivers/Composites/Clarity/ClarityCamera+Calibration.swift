internal import Devices
internal import Pickle

extension ClarityCamera {
    /// A calibration in progress, and the state to restore afterwards.
    struct Calibrating {
        let wasEnabled: Bool
        let roi: ROI
        let binning: Binning
        let end: ContinuousClock.Instant
    }

    /// The time that an image may take beyond its exposure.
    private static let patience = Duration.seconds(10)

    /// Takes an image of the calibration lamp's pattern and measures how the halves are registered.
    ///
    /// Completes when the result has been saved; throws the reason if nothing could be measured. Afterwards the lamp is
    /// off and the camera is as it was.
    func calibrate() throws -> Completion {
        guard calibrating == nil else { throw DeviceError(.incompatibleState, "a calibration is already in progress") }
        guard try camera.triggerType == .software else {
            throw DeviceError(
                .incompatibleState,
                "a calibration needs a software trigger: set the trigger type to SOFTWARE"
            )
        }
        guard try unit.sectioning != .bypass else {
            throw DeviceError(
                .incompatibleState,
                "the disk is out of the light path, so there is only one half: set the Clarity's sectioning to low, mid "
                    + "or high"
            )
        }
        let limit = Self.patience + .seconds(min(try camera.cycleTime, 3600))
        let state = Calibrating(
            wasEnabled: isEnabled,
            roi: try camera.sensorROI,
            binning: try camera.sensorBinning,
            end: ContinuousClock.now + limit
        )
        // Images on their way were taken without the lamp.
        try camera.disable()
        calibrating = state
        do {
            try prepare()
        } catch {
            try? cancelCalibration()
            throw error
        }
        return Completion(every: .milliseconds(10), when: isCalibrated)
    }

    private func prepare() throws {
        try camera.setSensorBinning(.none)
        let sensor = view.sensor
        _ = try camera.setSensorROI(ROI(left: 0, top: 0, width: sensor.width, height: sensor.height))
        try unit.setLamp(true)
        source.startCalibrating(layout)
        try camera.enable()
        try camera.performTrigger()
    }

    /// Whether the calibration has ended; throws if it failed.
    private func isCalibrated() throws -> Bool {
        guard let state = calibrating else { throw DeviceError(.failed, "the calibration was cancelled") }
        // While the camera is disabled nobody else reads its frames.
        if !state.wasEnabled { _ = try source.next(within: .milliseconds(20)) }
        guard let result = source.measured else {
            guard ContinuousClock.now < state.end else {
                try cancelCalibration()
                throw DeviceError(.failed, "the camera gave no image to calibrate with")
            }
            return false
        }
        try cancelCalibration()
        let calibration = try result.get()
        source.use(calibration)
        try file?.write(calibration)
        return true
    }

    /// Ends a calibration in progress: lamp off, and everything as before.
    func cancelCalibration() throws {
        guard let state = calibrating else { return }
        calibrating = nil
        source.stopCalibrating()
        var failure: (any Error)?
        func attempt(_ step: () throws -> Void) {
            do { try step() } catch { failure = failure ?? error }
        }
        attempt { try unit.setLamp(false) }
        attempt { try camera.disable() }
        attempt { try camera.setSensorBinning(state.binning) }
        attempt { _ = try camera.setSensorROI(state.roi) }
        if state.wasEnabled { attempt { try camera.enable() } }
        if let failure { throw failure }
    }
}
