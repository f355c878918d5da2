internal import Logging
internal import Threads

extension WorkerKeeper {
    /// How a worker ended that was given up.
    static let loss = "its process did not answer for \(Heartbeat.lossTime.formatted) and was killed"

    /// Asks a worker for a report again and again, until the task is cancelled; ends the worker when it leaves too many
    /// questions unanswered.
    func watch(_ worker: WorkerProcess) async {
        var heartbeat = Heartbeat()
        while !Task.isCancelled {
            let before = state.withLock(\.upkeep.reportCount)
            worker.send(.askForReport)
            // What has not been asked meanwhile, be it by a computer that was asleep, does not count.
            try? await Task.sleep(for: Heartbeat.interval, clock: .suspending)
            // One that was told to end has a limit of its own for that.
            guard !Task.isCancelled, !state.withLock({ $0.upkeep.tenure?.makesWay == true }) else { return }
            let hasAnswered = state.withLock { $0.upkeep.reportCount > before }
            switch heartbeat.note(hasAnswered: hasAnswered) {
            case .answers: noteAnswer()
            case .silent: noteSilence(of: worker)
            case .lost: return end(worker)
            }
        }
    }

    private func noteAnswer() {
        let (wasSilent, isServing) = state.update { state in
            (state.upkeep.noteAnswer(), state.upkeep.service == .serving)
        }
        guard wasSilent else { return }
        log.notice("\(name): its process answers again")
        attendance.note(name, isServing ? .served : .awaited)
    }

    private func noteSilence(of worker: WorkerProcess) {
        guard state.update({ $0.upkeep.noteSilence() }) else { return }
        let reason = "process \(worker.pid ?? 0) does not answer"
        _ = attendance.fail(name, reason)
        let light = hasLightSource ? "; what it has of light may be on" : ""
        log.error("\(name): \(reason)\(light); it is killed unless it answers within \(Heartbeat.graceTime.formatted)")
    }

    private func end(_ worker: WorkerProcess) {
        state.withLock { $0.upkeep.giveUp() }
        worker.kill()
    }
}
