internal import Devices

extension Trial {
    /// Tries something that takes one or two devices, and leaves them as they were found.
    ///
    /// - Parameter device: what the trial's client reaches.
    static func findings(
        on device: any Device,
        and other: (any Device)? = nil,
        _ patience: Duration,
        until interruption: Interruption?,
        _ tryIt: (Trial) throws -> Void
    ) -> Findings {
        Interruption.$ofTrial.withValue(interruption) {
            let trial = Trial(device, patience: patience)
            let devices = [device] + (other.map { [$0] } ?? [])
            let states = trial.attempt("could not tell its state") { try devices.map(FoundState.init) }
            trial.attempt { try tryIt(trial) }
            trial.stepBack(states?.map(\.stepsBack) ?? devices.map { [$0.disable] })
            return trial.findings
        }
    }

    /// Disables devices, which is the first of the steps of each, and then leaves them as they were found.
    func stepBack(_ steps: [[() throws -> Void]]) {
        for step in steps.compactMap(\.first) { attempt("could not be disabled", step) }
        for step in steps.flatMap({ $0.dropFirst() }) {
            // Then they stay as they are.
            guard Interruption.ofTrial?.isAsked != true else { return }
            attempt("could not be left as it was found", step)
        }
    }
}
