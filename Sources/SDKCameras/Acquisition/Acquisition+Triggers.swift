internal import Devices
internal import Platform

/// Software triggers.
extension Acquisition {
    /// Sends a trigger, or queues it until the image of the previous one has arrived.
    public func trigger() throws {
        try call {
            guard case .running(let run) = state.withLock(\.phase) else {
                throw DeviceError(.disabled, "\(camera.serialNumber) is not acquiring images")
            }
            guard run.triggering == .software else {
                throw DeviceError(.incompatibleState, "\(camera.serialNumber) is not in trigger mode Software")
            }
            state.update { $0.triggers.add() }
            try sendTrigger()
        }
    }

    /// Sends the next trigger if the camera is ready; a trigger that fails is not sent again.
    private func sendTrigger() throws {
        guard state.withLock(\.triggers.isDue) else { return }
        do { try camera.sendTrigger() } catch {
            state.update { $0.triggers.add(-1) }
            throw error
        }
        state.update { state in
            state.triggers.noteSent(at: .now)
            state.await(from: .now)
        }
    }

    /// Sends the next queued trigger.
    ///
    /// Clients get the error of a trigger that fails in place of its image, and the trigger behind it is sent.
    func sendWaitingTrigger() {
        while state.withLock(\.triggers.isDue) {
            do { try sendTrigger() } catch {
                let error =
                    error as? DeviceError ?? DeviceError(.failed, "a software trigger", cause: error)
                let isOver = error.isLoss && !camera.isThere
                state.update { state in
                    state.report(error)
                    // The others would fail in the same way, and one error is enough.
                    if isOver { state.triggers.removeAll() }
                }
            }
        }
    }
}

/// A queue of software triggers.
///
/// The camera has one at a time, because it ignores triggers while it is busy.
struct TriggerQueue: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// The time at which the trigger that the camera works on was sent.
    private(set) var sent: Instant?
    private(set) var waiting = 0

    /// The number of images still to come.
    var count: Int { waiting + (sent == nil ? 0 : 1) }

    /// Adds triggers to the queue.
    mutating func add(_ count: Int = 1) { waiting += count }

    /// Whether the next trigger must be sent now.
    var isDue: Bool { sent == nil && waiting > 0 }

    mutating func noteSent(at now: Instant) {
        waiting -= 1
        sent = now
    }

    /// Notes that the image has arrived, or will never arrive.
    mutating func noteDone() { sent = nil }

    /// Puts the trigger back that the camera was working on: its image is lost.
    mutating func takeBack() { (waiting, sent) = (count, nil) }

    mutating func removeAll() { (waiting, sent) = (0, nil) }
}
