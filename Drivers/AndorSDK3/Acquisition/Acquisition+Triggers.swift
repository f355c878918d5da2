internal import Devices
internal import Threads

/// Software triggers.
extension Acquisition {
    /// Sends a trigger, or lets it wait for the image of the one before.
    func trigger() throws {
        try call {
            guard case .running(let run) = state.withLock(\.phase) else {
                throw DeviceError(.disabled, "\(camera.serialNumber) takes no images now")
            }
            guard run.mode == .software else {
                throw DeviceError(.incompatibleState, "\(camera.serialNumber) is not in trigger mode Software")
            }
            state.update { $0.triggers.add() }
            try sendTrigger()
        }
    }

    /// Sends the next trigger if the camera is free for it; one that fails is not sent again.
    private func sendTrigger() throws {
        guard state.withLock(\.triggers.isDue) else { return }
        do { try camera.perform(.softwareTrigger) } catch {
            state.update { $0.triggers.add(-1) }
            throw error
        }
        state.update { state in
            state.triggers.noteSent(at: .now)
            state.await(from: .now)
        }
    }

    /// Sends the next of the triggers that wait.
    ///
    /// Of one that fails clients are told in place of its image, and the one behind it is sent.
    func sendWaitingTrigger() {
        while state.withLock(\.triggers.isDue) {
            do { try sendTrigger() } catch {
                let error =
                    error as? DeviceError ?? DeviceError(.failed, "\(AndorFeature.softwareTrigger)", cause: error)
                let isOver = error.isLoss && !camera.isThere
                state.update { state in
                    state.failures.append(error)
                    // The others would fail like this one, which is told once.
                    if isOver { state.triggers.removeAll() }
                }
            }
        }
    }
}
