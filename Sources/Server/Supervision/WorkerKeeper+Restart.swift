internal import Logging
internal import Threads

extension WorkerKeeper {
    /// Has the worker shut its devices down and make way for another one.
    ///
    /// The next one knows what clients have set, as after a crash. Where there is no worker, the next try is made at once.
    ///
    /// - Parameters:
    ///   - end: how long the worker may take to shut its devices down before it is killed.
    ///   - start: how long the next one may take to serve them.
    /// - Returns: why the definition is not served again; nil if it is.
    func restart(end: Duration, start: Duration) async -> String? {
        let tenure = state.update { state in
            state.isHurried = true
            return state.upkeep.makeWay()
        }
        log.notice("\(name): started again, as somebody has asked for")
        attendance.note(name, .awaited)
        await source.hurry()
        return await BlockingThread.value("restart of \(name)") { [self] in
            if let worker = tenure?.worker {
                worker.send(.shutDown)
                waitForEnd(of: worker, within: end)
            }
            switch attendance.presence(of: name, within: start) {
            case .served: return nil
            case .missing: return attendance.failure(of: name)?.reason ?? "it is not served"
            case .awaited, nil: return "not served yet; `device-server status` tells when it is"
            }
        }
    }

    private func waitForEnd(of worker: WorkerProcess, within limit: Duration) {
        let hasEnded: Bool? = state.wait(within: limit) { $0.upkeep.tenure?.worker === worker ? nil : true }
        guard hasEnded == nil else { return }
        log.error("\(name): does not shut down; killed")
        worker.kill()
    }
}
