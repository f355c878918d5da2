internal import Glibc
internal import Pickle
internal import Platform

/// The messages of the supervisor to this worker, read as they arrive.
///
/// A thread always reads, so that a worker stuck in opening a device notices when its supervisor has gone.
final class Inbox: Sendable {
    private struct State {
        var messages: [ControlMessage] = []
        var hasEnded = false
        /// The number of messages received, among them requests for a report.
        var count = 0
        /// Why the stream of messages ended before its end.
        var error: String?
        var complain: (@Sendable (String) -> Void)?
        var patience = Inbox.patience
    }

    private let state = Lock(State())

    /// How long a worker without supervisor may take to shut down its devices.
    private static let patience = Duration.seconds(10)

    /// - Parameter outbox: answers requests for a report, whatever else the worker does.
    init(_ channel: ControlChannel, answering outbox: Outbox) throws(SystemError) {
        try BlockingThread.start("supervisor") { [state] in
            do {
                while let message = try channel.receive() {
                    let isRequest = if case .askForReport = message { true } else { false }
                    if isRequest { outbox.answer() }
                    state.update { state in
                        state.count += 1
                        if !isRequest { state.messages.append(message) }
                    }
                }
            } catch { state.withLock { $0.error = "\(error)" } }
            state.update { $0.hasEnded = true }
            let patience = state.withLock(\.patience)
            Pause.wait(for: patience)
            // The process still runs, so it hangs, and nobody is left to kill it.
            state.withLock { $0.complain }?("does not shut down within \(patience.formatted); ended by force")
            _exit(EXIT_FAILURE)
        }
    }

    /// Sets how long this process may go on after the supervisor has gone.
    func allowEnd(within limit: Duration) { state.withLock { $0.patience = limit } }

    /// Why the messages ended although the supervisor is there.
    var error: String? { state.withLock(\.error) }

    /// Calls a body whenever the supervisor, which asks for reports all the time, has been silent for a while, and
    /// again for as long as it stays silent; then once with false when it sends again.
    ///
    /// Ends with the messages.
    func watchSilence(longerThan limit: Duration, _ body: @escaping @Sendable (_ isSilent: Bool) -> Void)
        throws(SystemError)
    {
        try BlockingThread.start("watch") { [state] in
            var (count, isSilent) = (0, false)
            while true {
                let now: (count: Int, hasEnded: Bool)? = state.wait(within: limit) { [count] state in
                    state.count != count || state.hasEnded ? (state.count, state.hasEnded) : nil
                }
                if now?.hasEnded == true { return }
                if now == nil || isSilent { body(now == nil) }
                isSilent = now == nil
                count = now?.count ?? count
            }
        }
    }

    /// Sets the function called before the process ends by force.
    func beforeEndByForce(_ complain: @escaping @Sendable (String) -> Void) {
        state.withLock { $0.complain = complain }
    }

    /// Waits for the next message; nil when the supervisor has gone.
    func next() -> ControlMessage? {
        state.wait { state -> ControlMessage?? in
            guard state.messages.isEmpty else { return .some(state.messages.removeFirst()) }
            return state.hasEnded ? .some(nil) : nil
        } ?? nil
    }
}

/// The messages of this worker to its supervisor, sent by a thread of its own: calls to devices do not wait for a
/// supervisor that hangs, and answers to the supervisor do not wait for a slow device.
final class Outbox: Sendable {
    private struct State {
        var messages: [ControlMessage] = []
        /// The latest one not yet sent, which replaces those before it.
        var memory: RestoreLog?
        var isReportWanted = false
        var makeReport: (@Sendable () -> PythonDictionary)?
        var isSending = false
        var isSendingMemory = false
        /// Whether the supervisor has stopped reading, so that waiting for it is useless.
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

    private let state = Lock(State())

    init(_ channel: ControlChannel) throws(SystemError) {
        try BlockingThread.start("to supervisor") { [state] in
            while true {
                let message: ControlMessage =
                    switch Self.next(in: state) {
                    case .message(let message): message
                    // Made without the lock, because the devices' clients have locks of their own.
                    case .report(let make): .report(make?() ?? PythonDictionary())
                    }
                // The inbox notices when the supervisor has gone.
                try? channel.send(message)
                state.update { state in
                    (state.isSending, state.isSendingMemory, state.isStuck) = (false, false, false)
                }
            }
        }
    }

    private static func next(in state: Lock<State>) -> Item {
        while true {
            let item: Item? = state.wait { state in
                guard let item = state.takeItem() else { return nil }
                state.isSending = true
                return item
            }
            if let item { return item }
        }
    }

    /// Sends a message after all earlier ones.
    func send(_ message: ControlMessage) { state.update { $0.messages.append(message) } }

    /// How long a client's call waits until the supervisor has received what it set.
    private static let patience = Duration.milliseconds(50)

    /// Sends what clients have set and waits briefly until it is sent, so that what a client has set successfully
    /// survives even if this process ends right afterwards.
    func remember(_ memory: RestoreLog) {
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

    /// Sets the function that makes reports.
    ///
    /// Until then reports are empty and only show that the process lives.
    func report(by make: @escaping @Sendable () -> PythonDictionary) { state.withLock { $0.makeReport = make } }

    /// Sends a report; requests that arrive before it is sent get the same one.
    func answer() { state.update { $0.isReportWanted = true } }

    /// Waits until everything is sent, for the end of the process.
    func flush(within limit: Duration) { let _: Bool? = state.wait(within: limit) { $0.isIdle ? true : nil } }
}
