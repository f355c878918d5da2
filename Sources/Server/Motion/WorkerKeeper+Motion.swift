internal import Devices
internal import Logging
internal import Platform

extension WorkerKeeper {
    /// How long devices may take to stop before their process counts as hanging, and to be served again.
    private static let (patience, replacement) = (Duration.seconds(4), Duration.seconds(15))

    /// Stops the motion of the definition's devices, by its worker.
    ///
    /// A worker that hangs is killed; its replacement, which moves nothing by itself, stops the device.
    ///
    /// - Returns: what has become of each device that moves.
    func stopMotion() async -> [MotionFinding] {
        guard !moving.isEmpty else { return [] }
        return await BlockingThread.value("stop motion of \(name)") { [self] in
            guard let running = state.withLock(\.workerState.running) else { return unknownMotion("it is not served") }
            guard running.isServing else { return unknownMotion("it is being opened") }
            let old = running.worker
            if let findings = askToStop(within: Self.patience) { return report(findings) }
            // Few wheels can stop, and all end their moves by themselves.
            guard !movesOnlyWheels else { return unknownMotion("it is busy with another call") }
            if state.withLock(\.workerState.running)?.worker === old {
                log.error("\(name): does not stop its devices; its process is killed and replaced")
                state.withLock { $0.workerState.giveUp(because: "it did not stop its devices and was killed") }
                old.kill()
            }
            let isBack: Bool? = state.wait(within: Self.replacement) { state in
                guard let running = state.workerState.running, running.worker !== old else { return nil }
                return running.isServing ? true : nil
            }
            guard isBack == true, let findings = askToStop(within: Self.patience) else {
                return unknownMotion("its process does not answer")
            }
            return report(findings)
        }
    }

    private func askToStop(within limit: Duration) -> [MotionFinding]? {
        guard let worker = state.withLock(\.workerState.running)?.worker else { return nil }
        let count = state.withLock(\.workerState.motionReportCount)
        worker.send(.stopMotion)
        return state.wait(within: limit) { state in
            state.workerState.motionReportCount > count ? state.workerState.motion : nil
        }
    }

    private func report(_ findings: [MotionFinding]) -> [MotionFinding] {
        for finding in findings { log.log(level: finding.isUnknown ? .critical : .notice, "\(finding)") }
        return findings
    }

    private func unknownMotion(_ reason: String) -> [MotionFinding] {
        report(moving.map { MotionFinding(name: $0, motion: .unknown(reason)) })
    }
}

extension MotionFinding {
    public var isUnknown: Bool { if case .unknown = motion { true } else { false } }
}
