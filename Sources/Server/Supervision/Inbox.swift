internal import Glibc
internal import Threads

/// What the supervisor says to this worker, read as it comes.
///
/// Somebody always reads, so that a worker which is stuck in opening a device notices when its supervisor has gone.
final class Inbox: Sendable {
    private struct State {
        var messages: [ControlMessage] = []
        var hasEnded = false
        var complain: (@Sendable (String) -> Void)?
    }

    private let state = Monitor(State())

    /// How long an orphan may take to shut its devices down.
    private static let patience = Duration.seconds(10)

    /// - Parameter outbox: answers when the supervisor asks for a report, whatever this worker does otherwise.
    init(_ channel: ControlChannel, answering outbox: Outbox) {
        _ = BlockingThread("supervisor") { [state] in
            while let message = try? channel.receive() {
                if case .askForReport = message {
                    outbox.answer()
                } else {
                    state.update { $0.messages.append(message) }
                }
            }
            state.update { $0.hasEnded = true }
            Pause.wait(for: Self.patience)
            // The process is still here, so it hangs, and nobody is there to kill it.
            state.withLock { $0.complain }?("does not shut down within \(Self.patience.formatted); ended by force")
            _exit(EXIT_FAILURE)
        }
    }

    /// Says by whom it is told that the process is ended by force.
    func beforeEndByForce(_ complain: @escaping @Sendable (String) -> Void) {
        state.withLock { $0.complain = complain }
    }

    /// The next message, waited for; nil when the supervisor has gone.
    func next() -> ControlMessage? {
        state.wait { state -> ControlMessage?? in
            guard state.messages.isEmpty else { return .some(state.messages.removeFirst()) }
            return state.hasEnded ? .some(nil) : nil
        } ?? nil
    }
}
