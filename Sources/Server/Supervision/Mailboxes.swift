internal import Glibc
internal import Pickle
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

/// What this worker says to its supervisor, sent by a thread of its own: neither a call to a device waits for a
/// supervisor that hangs, nor an answer to the supervisor for a device that takes its time.
final class Outbox: Sendable {
    private struct State {
        var messages: [ControlMessage] = []
        /// The latest that has not been sent; the ones before it are of no use any more.
        var memory: DeviceMemory?
        var isReportWanted = false
        var makeReport: (@Sendable () -> PythonDictionary)?
        var isSending = false
        var isSendingMemory = false
        /// Whether the supervisor has not read for a while, so that there is no use in waiting for it.
        var isStuck = false

        var isIdle: Bool { messages.isEmpty && memory == nil && !isSending }

        mutating func takeItem() -> Item? {
            if !messages.isEmpty { return .message(messages.removeFirst()) }
            if let memory {
                self.memory = nil
                isSendingMemory = true
                return .message(.memory(memory))
            }
            guard isReportWanted else { return nil }
            isReportWanted = false
            return .report(makeReport)
        }
    }

    private enum Item {
        case message(ControlMessage)
        case report((@Sendable () -> PythonDictionary)?)
    }

    private let state = Monitor(State())

    init(_ channel: ControlChannel) {
        _ = BlockingThread("to supervisor") { [state] in
            while true {
                let message: ControlMessage =
                    switch Self.next(in: state) {
                    case .message(let message): message
                    // Made without the lock, for the devices' clients have locks of their own.
                    case .report(let make): .report(make?() ?? PythonDictionary())
                    }
                // A supervisor that has gone is noticed where it is listened to.
                try? channel.send(message)
                state.update { state in
                    (state.isSending, state.isSendingMemory, state.isStuck) = (false, false, false)
                }
            }
        }
    }

    private static func next(in state: Monitor<State>) -> Item {
        while true {
            let item: Item? = state.wait { state in
                guard let item = state.takeItem() else { return nil }
                state.isSending = true
                return item
            }
            if let item { return item }
        }
    }

    /// Sends a message after all those before it.
    func send(_ message: ControlMessage) { state.update { $0.messages.append(message) } }

    /// How long whoever has set something waits until the supervisor has been told.
    private static let patience = Duration.milliseconds(50)

    /// Sends what clients have set, and waits for that a little: what a client was told to be set is to outlive this
    /// process, even if that ends right now.
    func remember(_ memory: DeviceMemory) {
        let isStuck = state.update { state in
            state.memory = memory
            return state.isStuck
        }
        guard !isStuck else { return }
        let isSent: Bool? = state.wait(within: Self.patience) { state in
            state.memory == nil && !state.isSendingMemory ? true : nil
        }
        if isSent == nil { state.withLock { $0.isStuck = $0.isSending } }
    }

    /// Has reports made in some way from now on; until then they are empty, and say no more than that this process lives.
    func report(by make: @escaping @Sendable () -> PythonDictionary) { state.withLock { $0.makeReport = make } }

    /// Sends a report, once if it is wanted again before it is sent.
    func answer() { state.update { $0.isReportWanted = true } }

    /// Waits until everything is sent, before the process ends.
    func flush(within limit: Duration) { let _: Bool? = state.wait(within: limit) { $0.isIdle ? true : nil } }
}
