internal import Devices
internal import Logging
internal import Pickle
internal import Platform

/// What is done about a call that hangs: light off first, then the process is replaced, or the call is only reported.
extension WorkerKeeper {
    /// Acts on the call that a worker reports as hanging.
    ///
    /// The worker cannot help itself: the thread that hangs holds the lock of the devices.
    func cureHang(in report: PythonDictionary, of worker: WorkerProcess) {
        let found = hangRules.lazy.compactMap { device, rule, ruleWhileOpening in
            OverdueCall(of: device, in: report).map { (hang: $0, rule: $0.isOpening ? ruleWhileOpening : rule) }
        }.first
        let isDue = state.update { state in
            // A worker that was asked to end has a limit of its own for that.
            let isEnding = state.isStopping || state.workerState.running?.isBeingReplaced == true
            return state.workerState.note(found?.hang) && !isEnding
        }
        guard isDue, let (hang, rule) = found else { return }
        let text = "\(hang.text) has not come back for \(Duration.seconds(max(0, Timestamp.now - hang.time)).formatted)"
        switch rule {
        case .restart:
            let reason = "\(text); its process was killed"
            state.withLock { $0.workerState.giveUp(because: reason) }
            // The next process switches light off and reads that back before anything else.
            worker.kill()
        case .report:
            log.error("\(name): \(text); `device-server restart` replaces its process")
            guard hasLightSource else { return }
            // Kills the worker if it cannot confirm that its light is off.
            Task { await switchLightsOffNow() }
        }
    }
}

extension ConfiguredDevice {
    /// The rule for a call that hangs.
    ///
    /// Where none is given, cameras and light sources are restarted; what may move is only reported, since a restart
    /// would lose its position or leave it moving unattended.
    var hangRule: HangRule {
        if let rule = safety.onHang { return rule }
        return switch driver.kind {
        case .camera, .lightSource: .restart
        default: driver.gatesLight ? .restart : .report
        }
    }
}
